"""Inputs that are small to write and long to read."""

from pathlib import Path
from typing import Final

from .corpus import ledgers


def toml_bombs(table: bytes) -> tuple[bytes, ...]:
    """About as large as a file may be: deep keys and headers, many of everything, all of it wrong at once."""
    deep = b"a." * 120_000 + b"a"
    many = b"".join(b"[%b.a%d]\nkind = 'p0'\n" % (table, number) for number in range(8_000))
    return (
        deep + b" = 1",
        b"[" + deep + b"]\n",
        b"[" + b"a." * 60_000 + b"a]\n" + b"".join(b"b%d = 1\n" % number for number in range(12_000)),
        b"x = {" + deep + b" = 1}",
        b"[%b.a]\n" % table + b"".join(b"k%d = 1\n" % number for number in range(20_000)),
        many,
        many.replace(b"p0", b"p9"),
        b"x = " + b"[" * 250_000,
        b"x = " + b"[" * 490 + b"]" * 490,
        b"x = " + b'{"a"=' * 320 + b"1" + b"}" * 320,
        b"x = [" + b"[]," * 80_000 + b"]",
        b'x = "' + b"\\u0041" * 40_000 + b'"',
        b"#" * 260_000,
        b"\n" * 260_000,
        b'"""' * 80_000,
        b"x = '''" + b"'" * 250_000,
    )


def ledger_bombs(folder: Path) -> tuple[bytes, ...]:
    ledger, sharded = ledgers(folder)[:2]
    return (
        sharded.replace(b'"count":3', b'"count":999999999999'),
        sharded.replace(b'"count":3', b'"count":-1'),
        ledger + b'{"kind":"trial","x":' + b"[" * 100_000 + b"\n",
        ledger.replace(b'"harness":""', b'"x":' + b"[" * 5000 + b"]" * 5000 + b',"harness":""'),
        ledger.replace(b'"seed":7', b'"seed":' + b"9" * 4000),
        b"\n" * 500_000,
        ledger.split(b"\n")[0] + b"\n" + ledger.split(b"\n")[2] * 1000,
    )


def xml_bombs() -> tuple[bytes, ...]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><testsuite name="&l9;"/>'.encode(),
        b"<testsuite>" * 100_000,
        b"<testsuite " + b"a='b' " * 50_000 + b"/>",
        b"<testsuite name='" + b"x" * 500_000 + b"'/>",
        b"<testsuite>" + b"<failure/>" * 50_000 + b"</testsuite>",
        b"<testsuite>" + b"<testcase name='a'/>" * 25_000 + b"</testsuite>",
        b"<testsuite><testcase name='a'>" + b"<failure/>" * 50_000 + b"</testcase></testsuite>",
        *(b"<?xml version='1.0' encoding='%b'?><testsuite/>" % name for name in _ENCODINGS),
    )


_ENCODINGS: Final = (
    *(b"idna", b"punycode", b"rot13", b"undefined", b"unicode_escape", b"utf-7", b"utf-32", b"cp037"),
    *(b"base64", b"hex", b"zlib", b"mbcs", b"shift_jis", b"raw_unicode_escape", b"x" * 300),
)
