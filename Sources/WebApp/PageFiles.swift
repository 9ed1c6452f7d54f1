import Imaging

/// The page, its scripts and pictures, carried inside the executable.
let pageFiles: [StaticFile] = {
  typealias Page = PackageResources
  func script(_ name: String, _ bytes: [UInt8]) -> StaticFile {
    StaticFile(path: "/\(name).js", type: "text/javascript; charset=utf-8", bytes)
  }
  func sample(_ name: String, _ bytes: [UInt8]) -> StaticFile {
    StaticFile(path: "/samples/\(name).jpg", type: "image/jpeg", bytes)
  }
  return [
    StaticFile(path: "/", type: "text/html; charset=utf-8", pageWithEndings(Page.index_html)),
    StaticFile(
      path: "/forms", type: "text/html; charset=utf-8", pageWithEndings(Page.forms_html)),
    StaticFile(path: "/forms.css", type: "text/css; charset=utf-8", Page.forms_css),
    StaticFile(path: "/api", type: "text/html; charset=utf-8", Page.api_html),
    StaticFile(path: "/openapi.json", type: "application/json", Page.openapi_json),
    StaticFile(path: "/page.css", type: "text/css; charset=utf-8", Page.page_css),
    StaticFile(path: "/icon.svg", type: "image/svg+xml", Page.icon_svg),
    StaticFile(
      path: "/app.webmanifest", type: "application/manifest+json", Page.app_webmanifest),
    script("api", Page.api_js),
    script("camera", Page.camera_js),
    script("draw", Page.draw_js),
    script("fieldboxes", Page.fieldboxes_js),
    script("fieldform", Page.fieldform_js),
    script("files", Page.files_js),
    script("forms", Page.forms_js),
    script("here", Page.here_js),
    script("messages", Page.messages_js),
    script("page", Page.page_js),
    script("part", Page.part_js),
    script("photo", Page.photo_js),
    script("result", Page.result_js),
    script("save", Page.save_js),
    script("scans", Page.scans_js),
    script("shell", Page.shell_js),
    script("store", Page.store_js),
    script("table", Page.table_js),
    script("tableview", Page.tableview_js),
    script("template", Page.template_js),
    script("theme", Page.theme_js),
    script("viewer", Page.viewer_js),
    script("why", Page.why_js),
    sample("column", Page.column_jpg),
    sample("form-1", Page.form_1_jpg),
    sample("form-2", Page.form_2_jpg),
    sample("form-3", Page.form_3_jpg),
    StaticFile(path: "/samples/form-empty.png", type: "image/png", Page.form_empty_png),
    sample("phone-number", Page.phone_number_jpg),
    sample("ruled-paper", Page.ruled_paper_jpg),
    sample("yellow-note", Page.yellow_note_jpg),
  ]
}()

/// The page with the endings of all pictures that are read in the place that is left for them: a
/// browser offers by itself only files of the formats that it knows.
func pageWithEndings(_ html: [UInt8]) -> [UInt8] {
  let endings = (PictureFormat.allEndings + ["pdf"]).map { ".\($0)" }.joined(separator: ",")
  let page = String(decoding: html, as: UTF8.self)
  precondition(page.contains("{endings}"), "index.html has no place for the endings of pictures")
  return Array(page.replacing("{endings}", with: endings).utf8)
}
