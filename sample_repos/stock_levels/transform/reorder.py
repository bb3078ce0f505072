"""Order items: python transform/reorder.py ITEM..."""

import os
import sys


def main() -> None:
    token = os.environ["ORDERING_TOKEN"]
    supplier = os.environ.get("ORDERING_SUPPLIER", "any")
    for item in sys.argv[1:]:
        print(f"{item} from {supplier}, as {token[:2]}")


if __name__ == "__main__":
    main()
