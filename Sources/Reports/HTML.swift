/// A page of sections. Its content policy allows no script and nothing from elsewhere, whatever a file
/// name may try.
struct HTML {
  private var body = ""
  private let title: String

  init(title: String) {
    self.title = title
    add("<h1>\(escaped(title))</h1>")
  }

  mutating func add(_ html: String) { body += html + "\n" }

  /// - Parameter parts: HTML; headings and texts are text.
  mutating func section(_ heading: String, _ text: String, _ parts: [String]) {
    body += "<section><h2>\(escaped(heading))</h2>\n"
    if !text.isEmpty { body += "<p>\(escaped(text))</p>\n" }
    body += parts.joined() + "</section>\n"
  }

  var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
    style-src 'unsafe-inline'">
    <title>\(escaped(title))</title>
    <style>\(style)</style>
    </head>
    <body>
    \(body)</body>
    </html>

    """
  }
}

private let style = """
  :root { color-scheme: light dark; --paper: #f6f6f3; --card: #fff; --ink: #1d2125; --soft: #5c646c;
    --line: #dcdcd6; --bar: #a9b4bf; --best: #0a7a45; --bad: #c0182c; }
  @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --card: #1d2226; --ink: #e8eaec;
    --soft: #a2abb3; --line: #333a40; --bar: #55616b; --best: #3fbf80; --bad: #ff6b7a; } }
  * { box-sizing: border-box; }
  body { margin: 0 auto; max-width: 1000px; padding: 1rem; background: var(--paper);
    color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
  pre { font-size: .8rem; overflow-x: auto; color: var(--soft); }
  h1 { font-size: 1rem; font-weight: 500; color: var(--soft); margin: 0; overflow-wrap: anywhere; }
  h2 { font-size: 1.15rem; margin: 0 0 .3rem; }
  h3 { font-size: 1rem; margin: 1rem 0 .4rem; }
  .answer { font: 600 clamp(1.6rem, 7vw, 2.6rem)/1.25 ui-monospace, monospace; margin: .2rem 0;
    white-space: pre-wrap; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  .answer.bad { font: 1.1rem/1.4 system-ui, sans-serif; }
  .bad { color: var(--bad); }
  .facts, section > p, figcaption { color: var(--soft); margin: .2rem 0 .7rem; }
  section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
    padding: 1rem; margin: 1rem 0; }
  img { max-width: 100%; height: auto; }
  figure { margin: 0 0 .8rem; }
  figure img { display: block; width: 100%; border-radius: 4px; background: #fff; }
  figure.small img { width: auto; max-height: 240px; }
  figcaption { font-size: .9rem; margin: .4rem 0 0; }
  figure:not(.small) figcaption { position: absolute; clip-path: inset(50%); }
  .looks { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); }
  .look { overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 8px; padding: .7rem; }
  .look p { margin: 0 0 .5rem; font-size: .9rem; }
  .look b { font: 600 1.5rem/1 ui-monospace, monospace; margin-right: .3rem; }
  .seen { display: flex; gap: .7rem; }
  .seen > div { display: flex; flex-direction: column; gap: .4rem; flex: none; width: 84px; }
  .seen img { width: 84px; height: 84px; object-fit: contain; border-radius: 4px;
    image-rendering: pixelated; }
  .seen img + img { background: #000; }
  .seen table { flex: 1; border-collapse: collapse; font-size: .75rem; line-height: 1.2;
    font-variant-numeric: tabular-nums; }
  th { font-weight: 500; text-align: right; padding: 0 .4rem 0 0; width: 3.6em; }
  td { padding: 1px 0; }
  td + td { width: 2.2em; text-align: right; color: var(--soft); }
  td i { display: block; height: .7em; min-width: 1px; background: var(--bar); border-radius: 2px; }
  .best i { background: var(--best); }
  .best th, .best td { color: var(--ink); font-weight: 700; }
  """
