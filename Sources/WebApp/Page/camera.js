// A photo from the camera: a phone opens its own camera app, a computer shows what its camera sees.

export function startCamera({ button, capture, dialog, video, shoot, close }, take, complain) {
  const isPhone = matchMedia("(pointer: coarse)").matches;
  // Browsers lend a camera to pages from https and from this very computer only.
  if (!isPhone && !navigator.mediaDevices?.getUserMedia) {
    button.hidden = true;
    return;
  }
  let stream = null;

  button.addEventListener("click", async () => {
    if (isPhone) return capture.click();
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 1920 }, facingMode: "environment" },
      });
    } catch {
      complain("There is no camera, or the browser was not allowed to use it.");
      return;
    }
    video.srcObject = stream;
    dialog.showModal();
  });
  shoot.addEventListener("click", () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    if (canvas.width === 0) return; // no picture yet
    canvas.getContext("2d").drawImage(video, 0, 0);
    canvas.toBlob((blob) => {
      dialog.close();
      take(new File([blob], "camera.jpg", { type: "image/jpeg" }));
    }, "image/jpeg", 0.95);
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
  });
}
