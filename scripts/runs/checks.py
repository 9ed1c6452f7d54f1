"""Counts what holds and what does not, and says what does not."""

import sys

passed = failed = 0


def check(what, holds, details=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"failed: {what}\n  {str(details)[-1500:]}")


def finish(suite):
    """Prints the counts and ends the process; its status is 1 where something does not hold."""
    print(f"{suite}: {passed} passed, {failed} failed")
    sys.exit(failed > 0)
