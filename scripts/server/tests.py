"""Runs the tests of faults.py and contract.py: `tests.py SERVE RECOGNIZE [TEST]`."""

import inspect
import sys
import time
import traceback

import contract
import faults


def main():
    serve, recognize, only = sys.argv[1], sys.argv[2], sys.argv[3:]
    passed, failed = 0, 0
    for module in (contract, faults):
        for name, test in list(vars(module).items()):
            # A test takes the two executables.
            if not inspect.isfunction(test) or list(inspect.signature(test).parameters) != ["serve", "recognize"]:
                continue
            if only and name not in only:
                continue
            started = time.monotonic()
            try:
                test(serve, recognize)
                print(f"  ok      {name} ({time.monotonic() - started:.1f} s)", flush=True)
                passed += 1
            except Exception:
                print(f"  FAILED  {name}", flush=True)
                traceback.print_exc(file=sys.stdout)
                failed += 1
    print(f"scripts/tests/serve: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
