"""What scripts/measure-photos runs: see its --help."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

import cv2

EXPECTED = "01614960357"  # Data/samples/phone-number.jpg


def photo(sample, width, height, path):
    """The sample, enlarged to the width and continued upwards and downwards, as a JPEG file."""
    picture = cv2.imread(sample)
    scale = width / picture.shape[1]
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    missing = height - picture.shape[0]
    picture = cv2.copyMakeBorder(
        picture, missing // 2, missing - missing // 2, 0, 0, cv2.BORDER_REFLECT_101)
    cv2.imwrite(path, picture[:height], [cv2.IMWRITE_JPEG_QUALITY, 92])


def recognized(command):
    started = time.perf_counter()
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return time.perf_counter() - started, answer


def opencv(path):
    """What programs of this kind do with OpenCV before their network sees a digit."""
    started = time.perf_counter()
    grey = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2GRAY)
    blurred = cv2.GaussianBlur(grey, (5, 5), 0)
    local = cv2.adaptiveThreshold(
        blurred, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY_INV, 11, 2)
    _, whole = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    contours, _ = cv2.findContours(
        cv2.bitwise_and(local, whole), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        cv2.boundingRect(contour)
    return time.perf_counter() - started


def main():
    recognize, root, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    cv2.setNumThreads(1)
    os.chdir(root)
    cores = sorted(os.sched_getaffinity(0))
    print("| photo | recognize, one core | OpenCV steps, one core | recognize --jobs 2 |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for name, width, height, copies in [("12 megapixels", 4000, 3000, 30), ("1 megapixel", 1155, 866, 100)]:
            path = os.path.join(folder, "photo.jpg")
            photo("Data/samples/phone-number.jpg", width, height, path)
            os.sched_setaffinity(0, cores[-1:])
            ours, theirs = [], []
            for _ in range(runs + 1):  # the first of each only warms up
                seconds, answer = recognized([recognize, "--jobs", "1", path])
                if answer.strip() != EXPECTED:
                    sys.exit(f"measure-photos: {name}: expected {EXPECTED}, read {answer.strip()}")
                ours.append(seconds)
                theirs.append(opencv(path))
            os.sched_setaffinity(0, cores)
            seconds, _ = recognized([recognize, "--jobs", "2"] + [path] * copies)
            print(
                f"| {name} | {1000 * statistics.median(ours[1:]):.0f} ms "
                f"| {1000 * statistics.median(theirs[1:]):.0f} ms | {copies / seconds:.0f} photos/s |")


main()
