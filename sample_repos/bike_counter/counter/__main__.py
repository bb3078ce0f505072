"""python -m counter: print the page."""

import os

from dotenv import load_dotenv

load_dotenv()

from counter.source import counts  # noqa: E402


def main() -> None:
    print(f"<h1>{os.getenv('PAGE_TITLE', 'Bikes')}</h1>")
    for row in counts():
        print(f"<p>{row['day']}: {int(row['bikes']):,}</p>")


if __name__ == "__main__":
    main()
