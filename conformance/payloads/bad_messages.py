"""The bad messages of BAD, by name. ``TOKEN`` stands for fresh base64, so that it is known again."""

from collections.abc import Mapping

GOOD = '{"Message":"TOKEN","Author":"Mallory"}'
DIGITS = "7" * 5000
DEEP = "[" * 10_000 + "]" * 10_000

_NOT_ONE_OBJECT = {
    "not-JSON": "hello TOKEN",
    "empty-text": "",
    "white-space": " \n ",
    "number": "42",
    "string": '"TOKEN"',
    "array": f"[{GOOD}]",
    "null": "null",
    "true": "true",
    "two-documents": GOOD + GOOD,
    "trailing-garbage": GOOD + " TOKEN",
    "trailing-NUL": GOOD + "\0",
    "trailing-comma": '{"Message":"TOKEN",}',
    "single-quotes": "{'Message':'TOKEN'}",
    "comment": '{"Message":"TOKEN"/* hello */}',
    "cut-off": '{"Message":"TOKEN"',
    "byte-order-mark": "\ufeff" + GOOD,
    "raw-line-feed-in-a-string": '{"Message":"TOKEN","Author":"Mal\nlory"}',
}

_CONSTANTS = {
    f"{name}-{place}": form.replace("VALUE", value)
    for name, value in {"NaN": "NaN", "Infinity": "Infinity", "minus-Infinity": "-Infinity"}.items()
    for place, form in {
        "as-Message": '{"Message":VALUE,"Author":"Mallory"}',
        "as-Author": '{"Message":"TOKEN","Author":VALUE}',
        "in-another-field": '{"Message":"TOKEN","X":VALUE}',
        "deep-inside": '{"Message":"TOKEN","X":{"a":[1,VALUE]}}',
    }.items()
}

_SURROGATES = {
    "lone-surrogate-in-Message": '{"Message":"TOKEN\\ud800"}',
    "lone-surrogate-in-Author": '{"Message":"TOKEN","Author":"Mallory\\ud83d"}',
    "lone-low-surrogate-in-Author": '{"Message":"TOKEN","Author":"\\ude00Mallory"}',
    "swapped-surrogates-in-Author": '{"Message":"TOKEN","Author":"\\ude00\\ud83d"}',
    "lone-surrogate-in-another-field": '{"Message":"TOKEN","X":"\\udbff"}',
    "lone-surrogate-in-a-name": '{"Message":"TOKEN","X\\ud800":1}',
    "lone-surrogate-deep-inside": '{"Message":"TOKEN","X":[{"a":"\\udc00"}]}',
}

_DUPLICATES = {
    "duplicate-Message": '{"Message":"TOKEN","Message":"TOKEN"}',
    "duplicate-Author": '{"Message":"TOKEN","Author":"Mallory","Author":"Mal"}',
    "duplicate-Type": '{"Message":"TOKEN","Type":"Chat","Type":"Chat"}',
    "duplicate-other-field": '{"Message":"TOKEN","X":1,"X":2}',
    "duplicate-by-escape": '{"Message":"TOKEN","\\u004dessage":"TOKEN"}',
    "duplicate-deep-inside": '{"Message":"TOKEN","X":[{"a":1,"a":1}]}',
}

_WRONG_VALUES = {
    "number": "7",
    "float": "1.5",
    "null": "null",
    "true": "true",
    "array": '["TOKEN"]',
    "object": '{"Message":"TOKEN"}',
    "1e999": "1e999",
    "5000-digits": DIGITS,
    "10000-deep": DEEP,
}

_WRONG_TYPES = {
    f"{field}-is-{name}": form.replace("VALUE", value)
    for field, form in {
        "Message": '{"Message":VALUE,"Author":"Mallory"}',
        "Author": '{"Message":"TOKEN","Author":VALUE}',
    }.items()
    for name, value in _WRONG_VALUES.items()
}

_MISSING = {
    "empty-object": "{}",
    "Message-and-Author-missing": '{"Text":"TOKEN","Name":"Mallory"}',
    "Type-alone": '{"Type":"Chat"}',
}

_NOT_BASE64 = {
    "base64-bad-characters": '{"Message":"TOKEN!!!!"}',
    "base64-not-ASCII": '{"Message":"TOKEN\u00e4\u00e4\u00e4\u00e4"}',
    "base64-space": '{"Message":"aGVs bG8h"}',
    "base64-line-feed": '{"Message":"TOKEN\\n"}',
    "base64-leading-space": '{"Message":" TOKEN"}',
    "base64-NUL": '{"Message":"TOKEN\\u0000"}',
    "base64-URL-alphabet": '{"Message":"-_-_TOKEN"}',
    "base64-padding-missing": '{"Message":"TOKENaGk"}',
    "base64-padding-too-much": '{"Message":"TOKENaGk=="}',
    "base64-padding-in-the-middle": '{"Message":"aGk=TOKEN"}',
    "base64-padding-alone": '{"Message":"===="}',
    "base64-one-character-over": '{"Message":"TOKENa"}',
}

_TYPES = {
    f"Type-{name}": f'{{"Type":{value},"Message":"TOKEN","Author":"Mallory"}}'
    for name, value in {
        "Status": '"Status"',
        "userlist": '"userlist"',
        "Error": '"Error"',
        "unknown": '"Shout"',
        "lower-case": '"chat"',
        "upper-case": '"CHAT"',
        "with-a-space": '"Chat "',
        "with-a-NUL": '"Chat\\u0000"',
        "empty": '""',
        "number": "5",
        "null": "null",
        "array": '["Chat"]',
        "object": '{"Chat":1}',
    }.items()
}

_SPOOFS = {
    "Type-Status-as-a-server-writes-it": '{"Type":"Status","WSID":"TOKEN"}',
    "Type-userlist-as-a-server-writes-it": '{"Type":"userlist","Users":[{"Name":"Mallory"}]}',
}

TEXTS: Mapping[str, str] = {
    **_NOT_ONE_OBJECT,
    **_CONSTANTS,
    **_SURROGATES,
    **_DUPLICATES,
    **_WRONG_TYPES,
    **_MISSING,
    **_NOT_BASE64,
    **_TYPES,
    **_SPOOFS,
}
"""Sent as text messages."""

BINARIES: Mapping[str, bytes] = {
    "binary-good-JSON": GOOD.encode(),
    "binary-bytes": bytes(range(256)),
    "binary-empty": b"",
}
"""Sent as binary messages."""
