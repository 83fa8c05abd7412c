"""A process that commits rows one by one, says of each that it is safe, and is killed in the middle."""

import itertools
import sys

import psycopg

if __name__ == "__main__":
    url, table = sys.argv[1:]
    with psycopg.connect(url, autocommit=True) as connection:
        for number in itertools.count():
            print(f"try {number}", flush=True)  # noqa: T201  # its parent reads what it says
            connection.execute(f"INSERT INTO {table} (key) VALUES (%s)", [f"k{number}"])  # noqa: S608  # a name that the test made
            print(f"safe {number}", flush=True)  # noqa: T201  # as above
            if number == 20:
                sys.stdin.read()
