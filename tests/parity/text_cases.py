"""Inputs of the table captures: path escapes, properties files, substitution, interceptors, the logger sink's dump."""

import base64
import calendar
import datetime
import itertools

ESCAPE_LETTERS = "aAbBcdeDHIjklmMnpsStyYz"
ALL_LETTERS = "|".join(f"{letter}=%{letter}" for letter in ESCAPE_LETTERS)


def millis(year, month, day, hour=0, minute=0, second=0, ms=0):
    return calendar.timegm(datetime.datetime(year, month, day, hour, minute, second).timetuple()) * 1000 + ms


TIMES = [
    0,
    -1,                                     # before the epoch
    millis(2012, 3, 11, 6, 59, 59, 999),    # New York: last instant of standard time
    millis(2012, 3, 11, 7),                 # New York: first of daylight time
    millis(2012, 11, 4, 5, 59, 59),         # New York: the repeated hour, first pass
    millis(2012, 11, 4, 6, 30),             # New York: the repeated hour, second pass
    millis(2021, 3, 28, 0, 59, 59),         # Berlin
    millis(2021, 3, 28, 1),
    millis(2021, 10, 31, 0, 30),            # Berlin: repeated hour
    millis(2021, 10, 31, 1, 30),
    millis(2020, 2, 29, 23, 59, 59, 999),   # leap day
    millis(2024, 12, 31, 18, 31, 7, 5),     # next year already in Kolkata
]
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "No/Such_Zone"]
OTHER_ZONES = [None, "Australia/Lord_Howe", "GMT+5:30", "GMT+0530", "GMT-8", "+05:30", "EST", "EST5EDT", "PST",
               "utc", "Z", "America/Sao_Paulo", "Pacific/Apia", "Etc/GMT+3", ""]


def escape_cases():
    def row(pattern, headers, zone="UTC", unit="second", value=1, rounds=False):
        return {"pattern": pattern, "headers": headers, "timeZone": zone, "round": rounds, "unit": unit, "value": value}

    def at(time):
        return {"timestamp": str(time)}

    rows = [row(ALL_LETTERS, at(time), zone) for time, zone in itertools.product(TIMES, ZONES)]
    rows += [row(ALL_LETTERS, at(millis(2021, 7, 4, 15, 6, 9, 42)), zone) for zone in OTHER_ZONES]
    rows += [row(ALL_LETTERS, at(time)) for time in (millis(9999, 12, 31, 23, 59, 59, 999), millis(9999, 12, 31, 23, 59, 59, 999) + 1,
                                                     -62135596800001, 9223372036854775807)]
    # noon and midnight, one and two digits
    rows += [row("%H %k %I %l %p %e %n %j", at(millis(2023, 1, 9, hour))) for hour in (0, 1, 11, 12, 13, 23)]
    rows += [row(f"%{letter}", at(1700000000123)) for letter in ESCAPE_LETTERS]
    rows += [row(f"[%{letter}]", at(1700000000123)) for letter in "CEFGJKLNOPQRTUVWXZfghioqruvwx019_%"]
    for unit, values in (("second", (1, 7, 10, 59, 60)), ("minute", (1, 5, 10, 25, 60)), ("hour", (1, 2, 5, 6, 12, 24))):
        for value, time, zone in itertools.product(values, (1700000000123, millis(2012, 11, 4, 6, 30, 31),
                                                            millis(2021, 3, 28, 1, 10, 11, 12)),
                                                   ("America/New_York", "Asia/Kolkata")):
            rows.append(row("%Y-%m-%d %H:%M:%S %s %t %z", at(time), zone, unit, value, True))
    rows += [row("%s %S", at(-1), "UTC", "second", 10, True), row("%s %H", at(-1), "UTC", "hour", 24, True)]
    rows += [row("%Y %M %S %s", at(1700000000123), "Australia/Lord_Howe", "minute", 10, True),
             row("%H:%M %s", at(millis(2021, 4, 3, 15, 10)), "Australia/Lord_Howe", "hour", 1, True),
             row("%H:%M %s", at(millis(2021, 10, 31, 0, 30)), "Europe/Berlin", "hour", 1, True),
             row("%H:%M %s", at(millis(2021, 10, 31, 1, 30)), "Europe/Berlin", "minute", 10, True),
             row("%H:%M %s", at(millis(2021, 10, 31, 0, 59, 59)), "Europe/Berlin", "second", 10, True),
             row("%H:%M %s", at(millis(2012, 11, 4, 5, 30)), "America/New_York", "hour", 1, True),
             row("%H:%M %s", at(millis(2012, 11, 4, 5, 59, 59)), "America/New_York", "minute", 10, True),
             row("%H:%M %s", at(millis(2012, 3, 11, 7, 30)), "America/New_York", "hour", 2, True),
             row("%H:%M %s", at(millis(2012, 3, 11, 7, 30)), "America/New_York", "hour", 24, True),
             row("%H:%M %s", at(millis(2021, 4, 3, 14, 50)), "Australia/Lord_Howe", "minute", 30, True),
             row("%H:%M %s", at(1700000000123), None, "hour", 6, True)]
    rows += [row("%s", at(1700000000123), "UTC", unit, value, True)
             for unit, value in (("second", 0), ("second", -5), ("second", 61), ("minute", 61), ("hour", 25), ("hour", 0))]
    event = {"timestamp": "1700000000123", "host": "web01", "a.b-c": "dotted", "empty": "", "up": "..", "money": "a$1\\b",
             "nested": "%Y%{host}", "slash": "x/y", "Case": "big"}
    for pattern in ("%{host}", "%{missing}", "a%{missing}b", "%{a.b-c}", "%{empty}", "%{up}/x", "%{money}", "%{nested}",
                    "%{slash}", "%{case}", "%{Case}", "%{a b}", "%{}", "%{host", "%host}", "%", "100%", "a%/b", "% Y",
                    "%-d", "%.3S", "%%Y", "%%%Y", "%%{host}", "%{host}%{host}", "%{host}-%Y/%m", "%é", "é%Yé", "%\t", "\\%Y", "$1%Y",
                    "%{timestamp}", "%[localhost]", "%[LOCALHOST]", "%[IP]", "%[ip]", "%[FQDN]", "%[nope]", "%[a b]", "%[]",
                    "x%[localhost]-%[IP]y", "", "plain", "%{ho:st}", "%{host}s", "%sx", "%tt", "%Y%", "%{h/o}"):
        rows.append(row(pattern, event))
    for pattern in ("%Y", "%%", "%t", "%q", "%{host}", "%[localhost]", "plain", "%{timestamp}", "%"):
        rows.append(row(pattern, {"host": "web01"}))     # no timestamp header
    for stamp in ("abc", "", " 5", "5 ", "+5", "-5", "0x10", "1_000", "1.5", "9223372036854775808", "007", "\u0661\u0662"):
        rows.append(row("%s|%t", {"timestamp": stamp}))
        rows.append(row("%{timestamp}", {"timestamp": stamp}))
    return rows


def properties_cases():
    inputs = [
        # plain and separators
        b"a=1\n", b"a = 1\n", b"a:1\n", b"a 1\n", b"a\t1\n", b"a\f1\n", b"a = = 1\n", b"a == 1\n", b"a := 1\n", b"a  : = 1\n",
        b"a=b=c\n", b"a=b:c d\n", b"a\n", b"a=\n", b"=\n", b"=v\n", b":v\n", b"a   \n", b"  a=1\n", b"\t\f a=1\n", b"a=1   \n", b"a= \t 1 2\n",
        b"a=1 # not a comment\n", b"a b=c\n", b"a\\ b=c\n", b"a\\=b=c\n", b"a\\:b=c\n", b"a\\\\=c\n", b"a\\\\\\=b=c\n", b"a\\\tb=c\n",
        # comments
        b"#a=1\nb=2\n", b"!a=1\nb=2\n", b"  # a=1\nb=2\n", b"# a \\\nb=2\n", b"! a \\\nb=2\n", b"a=\\\n# b\nc=1\n", b"a#b=1\n", b"a!=1\n", b"\\#a=1\n",
        b"a=#1\n", b"a=!1\n", b"#\n", b"#", b"# x\rb=2\r", b"# x\r\nb=2\r\n",
        # line ends
        b"a=1\rb=2\r", b"a=1\r\nb=2\r\n", b"a=1\n\rb=2", b"\n\n\na=1\n\n", b"\r\r\na=1", b"a=1", b"", b"   ", b"\n", b"a=1\n   \nb=2", b"a=1\n\t\n", b"a=1\x0bb=2\n",
        b"a=1\x85b=2\n", b"a=1\x1cb\n", b"a\x00b=c\x00d\n", b"\x00", b"a=1\x1a\n",
        # continuation
        b"a=1\\\n2\n", b"a=1\\\n   2\n", b"a=1 \\\n   2\n", b"a=1\\\r\n2\r\n", b"a=1\\\r2\r", b"a=1\\\n\nb=2\n", b"a=1\\\n\\\n2\n", b"a=1\\\n  \\\n  2\n", b"a=\\\n1\n",
        b"a=\\\n  1\n", b"a\\\nb=1\n", b"a\\\n  b=1\n", b"a\\\n=1\n", b"a \\\n = 1\n", b"a \\\n 1\n", b"a=1\\\\\nb=2\n", b"a=1\\\\\\\nb=2\n", b"a=1\\\n   \nb=2\n", b"a=1\\\n\n\nb=2\n",
        b"a=1\\\n#2\nb=3\n", b"a=1\\\n\t\f 2\n", b"\\\na=1\n", b"\\\n  \\\n a=1\n", b"a=1\\\n\r\nb=2", b"a=1\\\r\n\r\nb=2", b"a=1\\\n\rb=2", b"a=1\\\r\\\n2",
        # backslash at the end of the file
        b"a=1\\", b"a=1\\\n", b"a\\", b"\\", b"a=1\\\\", b"a=\\", b"a=\\\n", b"a=1\\\r", b"a=1\\\r\n", b"a=1\n#\\", b"a=1\n\\\n",
        # escapes
        b"a=\\t\\n\\r\\f|\n", b"a\\tb=1\n", b"a\\nb=1\n", b"a=\\b\\z\\q\\'\\\"\\0\\1\n", b"a=\\x41\n", b"a=\\u0041\\u00e9\\u20ac\n", b"a=\\u00E9\\u20AC\n", b"\\u0061=1\n",
        b"a\\u003Db=1\n", b"a\\u0020b=1\n", b"a=\\u0020x\n", b"a=\\ x\n", b"a=x\\ \n", b"a=x\\ y\n", b"a=\\uD83D\\uDE00\n", b"a=\\U0041\n", b"a=\\uu0041\n", b"a=\\\\u0041\n",
        b"a=\\u005cn\n", b"a=\\u000a|\n", b"a=\\u004\n", b"a=\\u\n", b"a=\\u00g1\n", b"a=\\u00", b"a=\\u", b"ok=1\na=\\u12\nlate=2\n", b"ok=1\n\\uXYZW=1\nlate=2\n", b"#\\uXYZW\na=1\n",
        b"a=\\u00\\\n41\n", b"a=\\\\d+\\.log\n", b"a=C:\\temp\\new\n", b"a=^\\s*$\n",
        # duplicates and bytes
        b"a=1\na=2\n", b"a=1\na\n", b"a=1\nA=2\n", b"a =1\na= 2\n", b"a=\xe9\xfc\n", b"\xe9=1\n", "a=é€\n".encode(), "ключ=значение\n".encode(), b"\xef\xbb\xbfa=1\n", b"a=\xa0x\xa0\n",
        b"\xa0a=1\n", b"a=\xff\xfe\n", b"a=\x7f\x80\x9f\n", b"\xff\xfea\x00=\x001\x00",
        # as in a flume.conf
        b"a1.sources = r1 \\\n             r2\na1.sources.r1.type=exec\n", b"a1.sources.r1.command = tail -F /var/log/x.log\n", b"a1.sinks.k1.hdfs.path = /flume/%Y-%m-%d/%H%M\n",
        b"a1.sources.r1.interceptors.i1.regex = (\\\\d+):(\\\\d+)\n", b"a1.sources.r1.interceptors.i1.regex = ^#.*\n", b"a1.x = ${env:HOME}\n", b"a = \"quoted\"\n", b"a = 'q' # c\n",
        b"a" * 9000 + b"=1\n", b"a=" + b"x" * 8190 + b"\\\n  y\n", b"a=" + b"x" * 8189 + b"\\u0041y\n", b"a=1\n" + b" " * 8187 + b"b=2\n", b"a=" + b"x" * 8189 + b"\r\nb=2\n",
    ]
    return [{"input": base64.b64encode(data).decode()} for data in inputs]


SUBSTITUTION_ENVIRONMENT = {
    "FLUME_TEST_A": "alpha", "FLUME_TEST_EMPTY": "", "FLUME_TEST_NAME": "FLUME_TEST_A",
    "FLUME_TEST_REFERENCE": "<${env:FLUME_TEST_A}>", "FLUME_TEST_DOLLAR": "a$b$${c}", "FLUME_TEST_CYCLE": "${env:FLUME_TEST_CYCLE}",
}
SUBSTITUTION_SYSTEM = {"flume.test.property": "beta", "flume.test.key": "flume.test.property"}


def substitution_cases():
    values = [
        "plain", "", "${env:FLUME_TEST_A}", "x${env:FLUME_TEST_A}y${env:FLUME_TEST_A}z", "${env:FLUME_TEST_EMPTY}", "${env:FLUME_TEST_MISSING}",
        "${ENV:FLUME_TEST_A}", "${Env:FLUME_TEST_A}", "${ env:FLUME_TEST_A}", "${env: FLUME_TEST_A}", "${env:FLUME_TEST_A }", "${env:flume_test_a}",
        "${env:FLUME_TEST_MISSING:-dflt}", "${env:FLUME_TEST_A:-dflt}", "${env:FLUME_TEST_EMPTY:-dflt}", "${env:FLUME_TEST_MISSING:-}", "${env:FLUME_TEST_MISSING:-a:-b}",
        "${env:FLUME_TEST_MISSING:-${env:FLUME_TEST_A}}", "${env:FLUME_TEST_MISSING:-x}y}", "${env:${env:FLUME_TEST_NAME}}", "${env:FLUME_TEST_${sys:flume.test.letter:-A}}",
        "${env:FLUME_TEST_REFERENCE}", "${env:FLUME_TEST_DOLLAR}", "${env:FLUME_TEST_CYCLE}", "$${env:FLUME_TEST_A}", "$$${env:FLUME_TEST_A}", "$$$${env:FLUME_TEST_A}", "$$", "$", "a$b", "$env:X",
        "$${undefined}", "x$${a}y${env:FLUME_TEST_A}", "${sys:flume.test.property}", "${sys:flume.test.missing}", "${sys:flume.test.missing:-7}", "${sys:${sys:flume.test.key}}",
        "${undefined}", "${undefined:-x}", "${}", "${:-x}", "${:}", "${env:}", "${env}", "${sys:}", "${unknown:x}", "${unknown:x:-y}", "${file:UTF-8:/nope}", "${base64Decoder:YQ==}", "${base64Encoder:a}",
        "${const:java.awt.event.KeyEvent.VK_ESCAPE}", "${script:javascript:1}", "${dns:address|localhost}", "${url:UTF-8:http://127.0.0.1}", "${urlEncoder:a b}", "${properties:x::y}", "${xml:a:b}",
        "${localhost:name}", "${resourceBundle:a:b}", "${java:locale:-x}", "${java:nope}", "${java:nope:-d}", "${date:}", "${date:'fixed'}", "${date:yyyy-MM-dd}", "${date:HHmm}", "${date:bad pattern here}", "${DATE:yyyy}",
        "${", "${env:FLUME_TEST_A", "env:FLUME_TEST_A}", "}", "{}", "${{env:FLUME_TEST_A}}", "${env:FLUME_TEST_A}}", "#{x}", "%{host}", "${name['key']}", "${f1[\"k\"]}", "${a[b]}", "\\${env:FLUME_TEST_A}",
        "${env:FLUME_TEST_MISSING:-$${x}}", "${undefined:-${also:-deep}}", "${${undefined}}", "${${undefined:-env:FLUME_TEST_A}}", "${env:FLUME_TEST_A:-${undefined}}", "${undefined:-a}${undefined:-b}", "${un\tdef:-t}",
    ]
    cases = [{"properties": {"a1.x": value}} for value in values]
    cases += [{"properties": p} for p in (
        {"base": "B", "a1.x": "${base}"}, {"base.dir": "/d", "a1.x": "${base.dir}/f"}, {"base": "B", "a1.x": "$${base}"}, {"base": "B", "a1.x": "${base:-z}"},
        {"a": "1", "b": "${a}", "c": "${b}", "d": "${c}"}, {"d": "1", "c": "${d}", "b": "${c}", "a": "${b}"}, {"z": "${y}", "y": "${x}", "x": "deep"},
        {"a": "${a}"}, {"a": "${b}", "b": "${a}"}, {"a": "${b}", "b": "${c}", "c": "${a}"}, {"a": "${a:-x}"}, {"a": "${env:FLUME_TEST_A}", "b": "${a}"},
        {"a": "$${q}", "q": "Q", "b": "${a}"}, {"key": "a", "a": "A", "b": "${${key}}"}, {"env:FLUME_TEST_A": "shadow", "a": "${env:FLUME_TEST_A}"}, {"env:MISSING_ONE": "found", "a": "${env:MISSING_ONE}"},
        {"${k}": "v", "k": "name"}, {"a b": "blank", "c": "${a b}"}, {"a1.channels.c1.capacity": "10", "a1.channels.c1.transactionCapacity": "${a1.channels.c1.capacity}"},
    )]
    return cases


def interceptor_cases():
    rows = []

    def add(kind, configuration, headers, body="body"):
        rows.append({"type": kind, "configuration": configuration, "headers": headers, "body": body})

    for preserve in (None, "true", "false", "TRUE", "yes"):
        keep = {} if preserve is None else {"preserveExisting": preserve}
        for present in ({}, {"timestamp": "5", "host": "old", "key": "old", "stamp": "", "other": "o"}):
            add("timestamp", keep, present)
            add("timestamp", {**keep, "headerName": "stamp"}, present)
            add("host", keep, present)
            add("host", {**keep, "useIP": "false"}, present)
            add("host", {**keep, "hostHeader": "other"}, present)
            add("static", keep, present)
            add("static", {**keep, "key": "other", "value": "v"}, present)
            add("static", {**keep, "value": ""}, present)
    for exclude in (None, "true", "false", "True", "no"):
        choice = {} if exclude is None else {"excludeEvents": exclude}
        for regex in (None, "", "b", "^b$", "body", "^body$", "o.y", ".*", "x", "(?i)BODY", "dy$", "^$"):
            settings = dict(choice) if regex is None else {**choice, "regex": regex}
            add("regex_filter", settings, {})
    for regex, body in (("^b", "a\nb"), ("(?m)^b", "a\nb"), ("a.b", "a\nb"), ("(?s)a.b", "a\nb"), ("a$", "a\n"), ("a$", "a\r\n"), ("a$", "a\u0085"), ("a\\z", "a\n"), ("ü", "grün"), ("^gr.n$", "grün"),
                        ("\\w{4}", "grün"), ("", ""), ("^$", ""), ("x*", "")):
        add("regex_filter", {"regex": regex}, {}, body)
    add("regex_filter", {"regex": "("}, {})
    base = {"serializers": "s1 s2", "serializers.s1.name": "one", "serializers.s2.name": "two"}
    for regex, body in (("(\\d+):(\\d+)", "a 12:34 b 5:6"), ("(\\d+):(\\d+)", "none"), ("(a)|(b)", "b"), ("(a)(x)?", "a"), ("(\\d+)", "7"), ("(1)(2)(3)", "123"), ("(é+)(.)", "xééz"), ("(?<n>a)(b)", "ab"), ("^(.*)\\n(.*)$", "l1\nl2")):
        add("regex_extractor", {**base, "regex": regex}, {"one": "old"}, body)
    add("regex_extractor", {"regex": "(.)", "serializers": "s1", "serializers.s1.name": ""}, {})
    add("regex_extractor", {"regex": "(.)", "serializers": "s1"}, {})
    add("regex_extractor", {"regex": "(.)"}, {})
    add("regex_extractor", base, {})
    millis_serializer = "org.apache.flume.interceptor.RegexExtractorInterceptorMillisSerializer"
    for pattern, body in (("yyyy-MM-dd HH:mm", "2012-10-17 14:34"), ("yyyy-MM-dd HH:mm", "2012-10-17"), ("dd/MMM/yyyy:HH:mm:ss Z", "10/Oct/2000:13:55:36 -0700"), ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2020-01-02T03:04:05.678+0100"), ("yy", "70"), ("yyyy", "12x")):
        add("regex_extractor", {"regex": "^(.*)$", "serializers": "s1", "serializers.s1.name": "timestamp", "serializers.s1.type": millis_serializer, "serializers.s1.pattern": pattern}, {}, body)
    for settings, body in (({"searchPattern": "^[A-Za-z0-9_]+", "replaceString": ""}, "Old_stuff rest"), ({"searchPattern": "The quick brown ([a-z]+) jumped over the lazy ([a-z]+)", "replaceString": "The hungry $2 ate the careless $1"}, "The quick brown fox jumped over the lazy dog"),
                           ({"searchPattern": "o", "replaceString": "0"}, "foo boo"), ({"searchPattern": "x", "replaceString": "$1"}, "x"), ({"searchPattern": "(x)", "replaceString": "\\$1"}, "x"), ({"searchPattern": "(?<n>x)", "replaceString": "[${n}]"}, "axb"),
                           ({"searchPattern": "x"}, "axb"), ({"searchPattern": "(a)(b)?", "replaceString": "<$2>"}, "a"), ({"searchPattern": "(a)", "replaceString": "$11"}, "a"), ({"searchPattern": "", "replaceString": "-"}, "ab"), ({"searchPattern": "ü", "replaceString": "ue"}, "grün"), ({"searchPattern": "ü", "replaceString": "ue", "charset": "ISO-8859-1"}, "grün")):
        add("search_replace", settings, {}, body)
    for settings in ({"withName": "drop"}, {"fromList": "one,two"}, {"fromList": "one two", "fromListSeparator": "\\s+"}, {"matching": "^t"}, {"matching": "t"}, {"matching": ".*o.*"}, {"fromList": "one , two"}, {},
                     {"withName": "one", "fromList": "two", "matching": "k.*"}, {"withName": "none"}, {"withName": ""}, {"fromList": ""}, {"fromList": "one,,two,"}, {"fromList": ",one"}, {"fromList": "one|two", "fromListSeparator": "|"},
                     {"fromList": "one|two", "fromListSeparator": "\\|"}, {"fromList": "onetwo", "fromListSeparator": "(?=t)"}, {"fromList": "one.two", "fromListSeparator": "."}, {"fromList": "one,two", "fromListSeparator": ""},
                     {"fromListSeparator": "x"}, {"matching": ""}, {"matching": "("}, {"matching": "one|drop"}, {"fromList": "one", "fromListSeparator": "("}, {"matching": "(?i)ONE"}, {"withName": "Drop"}):
        add("remove_header", settings, {"one": "1", "two": "2", "drop": "d", "keep": "k"})
    add("remove_header", {"matching": ".*"}, {"a": "1", "": "empty", "o": "x"})
    for settings, body in (({"searchPattern": "x*", "replaceString": "-"}, "axxb"), ({"searchPattern": "$", "replaceString": "!"}, "a\n"), ({"searchPattern": "(?m)^", "replaceString": "> "}, "a\nb\n"), ({"searchPattern": "\\b", "replaceString": "|"}, "one two"),
                           ({"searchPattern": "(?<=a)b", "replaceString": "c"}, "abab"), ({"searchPattern": "^a", "replaceString": ""}, "aaa"), ({"searchPattern": "a", "replaceString": "$0$0"}, "banana"), ({"searchPattern": "(a)(n)?", "replaceString": "$2$1"}, "banana"),
                           ({"searchPattern": "(1)(2)(3)(4)(5)(6)(7)(8)(9)(0)(a)", "replaceString": "$11$12$110"}, "1234567890a"), ({"searchPattern": "a", "replaceString": "\\\\"}, "a"), ({"searchPattern": "a", "replaceString": "\\"}, "a"),
                           ({"searchPattern": "a", "replaceString": "x$"}, "a"), ({"searchPattern": "a", "replaceString": "$a"}, "a"), ({"searchPattern": "(?<n>a)", "replaceString": "${n"}, "a"), ({"searchPattern": "(?<n>a)", "replaceString": "${m}"}, "a"),
                           ({"searchPattern": "a", "replaceString": "${}"}, "a"), ({"searchPattern": "a", "replaceString": "${1}"}, "a"), ({"searchPattern": "a", "replaceString": "\\a\\n"}, "a"), ({"searchPattern": "a", "replaceString": "$٣"}, "a"),
                           ({"searchPattern": ".", "replaceString": "é"}, "\u20acü"), ({"searchPattern": "x*", "replaceString": "-"}, "é"), ({"searchPattern": "a", "replaceString": "é", "charset": "ISO-8859-1"}, "a"), ({"searchPattern": "a", "charset": "US-ASCII"}, "ba"),
                           ({"searchPattern": "a", "charset": "no-such"}, "ba"), ({"searchPattern": "a", "charset": ""}, "ba"), ({"searchPattern": "("}, "a"), ({"replaceString": "a"}, "a"), ({"searchPattern": "\\s+", "replaceString": " "}, " a \t\nb "), ({"searchPattern": "a", "replaceString": "b"}, ""),
                           ({"searchPattern": "\r?\n", "replaceString": "\\\\n"}, "a\r\nb\n"), ({"searchPattern": "(?i)password=\\S+", "replaceString": "password=***"}, "u PASSWORD=secret x")):
        add("search_replace", settings, {"kept": "h"}, body)
    for settings in ({"regex": "(.)(.)", "serializers": "s1  s2", "serializers.s1.name": "one", "serializers.s2.name": "one"}, {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": "default"},
                     {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": "DEFAULT"}, {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": "no.such.Class"},
                     {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": "org.apache.flume.interceptor.RegexExtractorInterceptorPassThroughSerializer"},
                     {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": millis_serializer}, {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": millis_serializer, "serializers.s1.pattern": ""},
                     {"regex": "(b)", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": millis_serializer, "serializers.s1.pattern": "bbb"}, {"regex": "(x)?b", "serializers": "s1", "serializers.s1.name": "one", "serializers.s1.type": millis_serializer, "serializers.s1.pattern": "yyyy"},
                     {"regex": "body", "serializers": "s1", "serializers.s1.name": "one"}, {"regex": "(b", "serializers": "s1", "serializers.s1.name": "one"}, {"regex": "", "serializers": "s1", "serializers.s1.name": "one"}, {"regex": "(b)", "serializers": "", "serializers.s1.name": "one"},
                     {"regex": "()b", "serializers": "s1", "serializers.s1.name": "one"}):
        add("regex_extractor", settings, {"one": "old"})
    for settings in ({}, {"headerName": "key"}, {"prefix": "pre-"}, {"preserveExisting": "false"}, {"preserveExisting": "false", "prefix": "x"}, {"preserveExisting": "true", "headerName": "old", "prefix": "x"}, {"headerName": ""}):
        for present in ({}, {"id": "mine", "old": "o"}):
            add("org.apache.flume.sink.solr.morphline.UUIDInterceptor$Builder", settings, present)
    return rows


def dump_cases():
    bodies = [b"", b"a", b"hello", b"0123456789abcde", b"0123456789abcdef", b"0123456789abcdefg", b"0123456789abcdef0123456789abcdef", b"x" * 100, b"\x00\x01\x02\x1f\x20\x7e\x7f\x80\xff", b"tab\tcr\rnl\n", b"nl\n", b"\n",
              "grün €".encode(), b"\xc3", b"}{ : ", bytes(range(64))]
    return [{"headers": headers, "body": base64.b64encode(body).decode(), "maxBytes": limit}
            for body in bodies for limit in (16, 0, 1, 5, 17, 40) for headers in ({},)] + [
        {"headers": h, "body": base64.b64encode(b"hello world, a long one").decode(), "maxBytes": 16}
        for h in ({"a": "1"}, {"b": "2", "a": "1"}, {"timestamp": "1", "host": "h", "zebra": "z", "alpha": "a", "Facility": "1", "Severity": "2"}, {"k": ""}, {"k": "v, w=x"}, {"": "e"}, {"k": "grün\n"})] + [
        {"headers": {}, "body": base64.b64encode(b"x").decode(), "maxBytes": -1}]


def map_order_cases():
    many = ["timestamp", "host", "Facility", "Severity", "priority", "version", "topic", "key", "partition", "offset", "file", "basename", "byteoffset",
            "flume.syslog.status", "a", "b", "c", "aa", "BB", "Aa", "x-forwarded-for", "", "grün", "日本", "\U0001F600"]
    lists = [many[:n] for n in range(1, len(many) + 1)]
    lists += [list(reversed(many[:n])) for n in (2, 5, 12, 13, 24, 25)]
    lists += [["Aa", "BB"], ["BB", "Aa"], ["AaAa", "BBBB", "AaBB", "BBAa"], ["BBAa", "AaBB", "BBBB", "AaAa"], ["timestamp", "host"], ["host", "timestamp"]]
    lists += [[f"h{i}" for i in range(n)] for n in (3, 4, 6, 7, 12, 13, 48, 49)]
    return [{"put": keys} for keys in lists]
