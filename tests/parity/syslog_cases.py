"""Inputs of the table syslog: what the parsers of the three syslog sources are given. What this version makes otherwise, and why, is in
tests/golden/syslog/differences.json."""

NOW = 1710072000000  # 2024-03-10T12:00:00Z


def _case(parser, line, **keys):
    """The bytes stand in the row as characters below U+0100."""
    text = line.decode("latin-1") if isinstance(line, bytes) else line
    return {"parser": parser, "input": text, "keepFields": "none", "eventSize": 2500, "now": NOW, "zone": "UTC", "charset": "UTF-8", **keys}


def _tcp(line, **keys):
    return _case("tcp", line + (b"\n" if isinstance(line, bytes) else "\n"), **keys)


def _udp(line, **keys):
    return _case("udp", line, **keys)


def _multiport(line, **keys):
    return _case("multiport", line + (b"\n" if isinstance(line, bytes) else "\n"), **keys)


def _rfc5424():
    yield _tcp("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8")
    yield _tcp("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.")
    yield _tcp('<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application"] text')
    for stamp in ("2003-10-11T22:14:15Z", "2003-10-11T22:14:15", "2003-10-11T22:14:15+02:00", "2003-10-11T22:14:15-07:00",
                  "2003-10-11T22:14:15.5Z", "2003-10-11T22:14:15.52Z", "2003-10-11T22:14:15.123Z", "2003-10-11T22:14:15.123456Z",
                  "2003-10-11T22:14:15.123456+02:00", "2003-10-11T22:14:15.000", "2003-10-11T22:14:15.1234567Z", "-",
                  "2003-10-11t22:14:15z", "2003-10-11 22:14:15Z", "2003-13-45T25:61:61Z", "2003-02-30T00:00:00Z", "2003-00-00T00:00:00Z",
                  "2003-10-11T22:14:15+25:00", "2003-10-11T22:14:15+02:61", "2003-10-11T22:14:15+0200", "2003-10-11T22:14:15+02",
                  "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "1583-01-01T00:00:00Z", "1500-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
                  "2003-10-11T22:14:60Z", "2003-10-11T24:00:00Z", "2003-10-11T22:14:15.Z", "2003-10-11T22:14:15z", "12003-10-11T22:14:15Z"):
        yield _tcp(f"<13>1 {stamp} host body of it")
    yield _tcp("<13>1 2003-10-11T22:14:15 host in the zone of the machine", zone="Europe/Berlin")
    yield _tcp("<13>1 2003-10-11T22:14:15.250 host in the zone of the machine", zone="Europe/Berlin")
    yield _tcp("<13>1 2003-10-11T22:14:15.250Z host with a fraction and a zone", zone="Europe/Berlin")
    yield _tcp("<13>1 2003-10-11T22:14:15Z host with a zone", zone="Europe/Berlin")
    yield _tcp("<13>1 2024-03-31T02:30:00 host in the gap of the clocks", zone="Europe/Berlin")
    yield _tcp("<13>1 2024-10-27T02:30:00 host in the hour that comes twice", zone="Europe/Berlin")
    yield _tcp("<13>2003-10-11T22:14:15Z host no version")
    yield _tcp("<13>12003-10-11T22:14:15Z host a version without a blank")
    yield _tcp("<13> 2003-10-11T22:14:15Z host a blank, no version")
    yield _tcp("<13>2 2003-10-11T22:14:15Z host version 2")
    yield _tcp("<13>10 2003-10-11T22:14:15Z host version 10")
    yield _tcp("<13>1  2003-10-11T22:14:15Z host two blanks")
    yield _tcp("<13>1 2003-10-11T22:14:15Z  host two blanks")
    yield _tcp("<13>1 2003-10-11T22:14:15Z host  two blanks")
    yield _tcp("<13>1\t2003-10-11T22:14:15Z\thost\ttabs")
    yield _tcp("<13>1 - - -")
    yield _tcp("<13>1 - - - - - -")
    yield _tcp("<13>- - body")
    yield _tcp("<13>1- - body")
    yield _tcp("<13>1 - -")
    yield _tcp("<13>1 - - ")
    yield _tcp("<13>1 - host ")
    yield _tcp("<13>1 - host")
    yield _tcp("<13>1 -")
    yield _tcp("<13>1 ")
    yield _tcp("<13>1")
    for host in ("a", "_a", "1", "192.0.2.1", "host.example.com", "user@host", "a-b_c.d@e-", "2001:db8::1", "-host", ".host", "host:514",
                 "h\u00f6st", "a" * 300):
        yield _tcp(f"<13>1 2003-10-11T22:14:15Z {host} app - - - body".encode())


def _rfc3164():
    yield _tcp("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")
    yield _tcp("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!")
    for stamp in ("Feb 5 17:32:18", "Feb 05 17:32:18", "Feb\t5 17:32:18", "Feb \t5 17:32:18", "Feb 5\t17:32:18", "FEB  5 17:32:18",
                  "feb  5 17:32:18", "Foo  5 17:32:18", "Feb 30 17:32:18", "Feb 99 99:99:99", "Feb 00 00:00:00", "Feb  5 7:32:18", "Feb  5 17:32",
                  "Feb  5 17:32:18.123", "Feb  5 2024 17:32:18", "Feb  5 17:32:60", "Feb  5 24:00:00"):
        yield _tcp(f"<13>{stamp} host body")
    yield _tcp("<13>1 Feb  5 17:32:18 host a version")
    yield _tcp("<13>1Feb  5 17:32:18 host a version")
    yield _tcp("<13> Feb  5 17:32:18 host a blank")
    yield _tcp("<13>12 Feb  5 17:32:18 host a version of two digits")
    yield _tcp("<13>Feb  5 17:32:18 - body")
    yield _tcp("<13>Feb  5 17:32:18 su: no host")
    yield _tcp("<13>Feb  5 17:32:18 su[12]: no host")
    yield _tcp("<13>Feb  5 17:32:18 host ")
    yield _tcp("<13>Feb  5 17:32:18 host")
    yield _tcp("<189>29: *Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Configured from console")
    yield _tcp("<13>Feb  5 17:32:18 host in the zone of the machine", zone="America/New_York")
    for month in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"):
        yield _tcp(f"<13>{month} 10 11:00:00 host the year rule", now=NOW)
    for now, stamp in ((1704067200000, "Dec 31 23:59:59"),    # 2024-01-01T00:00:00Z
                       (1704067199000, "Jan  1 00:00:30"),    # 2023-12-31T23:59:59Z
                       (1703980800000, "Feb  1 00:00:00"),    # 2023-12-31T00:00:00Z
                       (1703980800000, "Jan 31 00:00:00"), (1703980800000, "Jan 30 00:00:00"), (1711886400000, "Apr 30 12:00:00"),
                       (1711886400000, "May  1 12:00:00"), (1711886400000, "Feb 29 12:00:00"), (1740830400000, "Feb 29 12:00:00"),
                       (1733011200000, "Jan  1 00:00:01"), (1733011200000, "Dec 31 00:00:00"), (1706659200000, "Feb 29 12:00:00"),
                       (1672531200000, "Feb 29 12:00:00")):
        yield _tcp(f"<13>{stamp} host the year rule", now=now)
    yield _tcp("<13>Dec 31 23:30:00 host a new year here, not in UTC", now=1704065400000, zone="Asia/Tokyo")
    yield _tcp("<13>Jan  1 08:30:00 host a new year here, not in UTC", now=1704065400000, zone="Asia/Tokyo")


def _priorities():
    for line in ("<0>1 - h b", "<191>1 - h b", "<999>1 - h b", "<013>1 - h b", "<000>1 - h b", "<1234>1 - h b", "<>1 - h b", "<-1>1 - h b",
                 "<+1>1 - h b", "<1a>1 - h b", "< 1>1 - h b", "<13 1 - h b", "<<13>1 - h b", "13>1 - h b", "no priority at all", " <13>1 - h b",
                 "<13>", "<13>x", "<", "<1", "<13", ">", "<abc", "\r", "\0", "12 <b>bold</b>", "404", "1 ", "123 no priority"):
        yield _tcp(line)
        yield _multiport(line)


def _bytes():
    for body in (b"Gr\xc3\xbc\xc3\x9fe \xe2\x82\xac \xf0\x9f\x98\x80", b"Gr\xfc\xdfe", b"cut off \xc3", b"nul \0 in it", b"carriage return\r",
                 b"next line \xc2\x85 in it", b"line separator \xe2\x80\xa8 in it", b"\xef\xbb\xbfa byte order mark", b"\x1b[31mred", b"\xed\xa0\x80"):
        yield _tcp(b"<13>1 2003-10-11T22:14:15Z host " + body)
        yield _multiport(b"<13>1 2003-10-11T22:14:15Z host " + body)
    yield _tcp(b"<13>not parsed Gr\xfc\xdfe")
    yield _tcp(b"not valid Gr\xfc\xdfe")
    yield _multiport(b"not valid Gr\xfc\xdfe")


def _keep_fields():
    lines = ("<34>1 2003-10-11T22:14:15.003Z mymachine su - ID47 - body", "<34>Oct  1 22:14:15 mymachine su: body", "<34>1 - - body",
             "<34>2003-10-11T22:14:15Z host body", "<34>not parsed", "not valid", "<34>1 - host ")
    for keep in ("none", "false", "all", "true", "ALL", "priority", "version", "timestamp", "hostname", "priority version timestamp hostname",
                 "hostname,priority", "Priority Timestamp", "priorities"):
        for line in lines:
            if keep in ("priority version timestamp hostname", "all", "none") or line in lines[:2]:
                yield _tcp(line, keepFields=keep)
                yield _multiport(line, keepFields=keep)


def _frames():
    yield _tcp("<13>1 - h one\n<13>1 - h two\n<13>1 - h three")
    yield _tcp("\n\n<13>1 - h one\n\n\n<13>1 - h two\n")
    yield _tcp("<13>1 - h one\nnot valid\n<34>not parsed")
    yield _tcp("<13>1 - h 0123456789", eventSize=20)
    yield _tcp("<13>1 - h 01234567", eventSize=20)
    yield _tcp("<13>1 - h 012345678", eventSize=20)
    yield _tcp("<13>1 - h 0123456789", eventSize=20)
    yield _tcp("<13>1 - h " + "0123456789" * 5 + "\n<13>1 - h next", eventSize=20)
    yield _tcp("<13>1 - h 0123456789<34>1 - h the rest looks like a message", eventSize=20)
    yield _tcp("not valid " + "0123456789" * 5, eventSize=20)
    yield _tcp("<34>1 2003-10-11T22:14:15.003Z mymachine su - ID47 - body", eventSize=20)
    yield _tcp("<13>1 - h one", keepFields="all", eventSize=10)
    yield _tcp("<13\n<13>1 - h next")
    yield _tcp("<\n<13>1 - h next")
    yield _case("tcp", "<13>1 - h no newline")
    yield _tcp("<13>1 - h one\r\n<13>1 - h two\r\n\r")
    yield _tcp("28 <13>1 - h octets counted one29 <13>1 - h octets counted two!")
    yield _multiport("<13>1 - h one\n<13>1 - h two")
    yield _multiport("\n<13>1 - h one")
    yield _multiport("<13>1 - h one\n\n<13>1 - h two")
    yield _multiport("<13>1 - h one\nnot valid\n<34>not parsed")
    yield _multiport("<13>1 - h 01234567", eventSize=20)
    yield _multiport("<13>1 - h 012345678", eventSize=20)
    yield _multiport("<13>1 - h 0123456789abc", eventSize=20)
    yield _multiport("<13>1 - h 0123456789" * 3, eventSize=20)
    yield _case("multiport", "<13>1 - h no newline")
    yield _multiport("<13>1 - h one\r\n<13>1 - h two\r")
    yield _multiport("28 <13>1 - h octets counted one29 <13>1 - h octets counted two!")


def _datagrams():
    for datagram in ("<13>1 - h body", "<13>1 - h body\n", "<13>1 - h body\r\n", "<13>1 - h body\n\n", "<13>1 - h first\nsecond", "\n<13>1 - h body",
                     "", "\n", "<", "<13", "<13>", "no priority", "<13>Feb  5 17:32:18 host body", "<13>1 2003-10-11T22:14:15Z host app - - - body\0",
                     "<13>1 - h " + "x" * 5000):
        yield _udp(datagram)


def _formats():
    regex = r"<(\d{1,3})>(\d?)(\S+ \S+) (\S+) (.*)"
    line = "<13>2003/10/11 22:14:15 host body"
    yield _tcp(line, format={"regex": regex})
    yield _tcp(line, format={"regex": regex, "dateFormat": "yyyy/MM/dd HH:mm:ss"})
    yield _tcp(line, format={"regex": regex, "dateFormat": "yyyy/MM/dd HH:mm:ss"}, zone="Europe/Berlin")
    yield _tcp(line, format={"regex": regex, "dateFormat": "yyyy-MM-dd HH:mm:ss"})
    yield _tcp(line, format={"regex": regex, "search": "/", "replace": "-", "dateFormat": "yyyy-MM-dd HH:mm:ss"})
    yield _tcp(line, format={"regex": regex, "search": "(\\d+)/(\\d+)/(\\d+)", "replace": "$3.$2.$1", "dateFormat": "dd.MM.yyyy HH:mm:ss"})
    yield _tcp(line, format={"regex": regex, "search": "/", "dateFormat": "yyyy/MM/dd HH:mm:ss"})
    yield _tcp(line, format={"search": "/", "replace": "-"})
    yield _tcp(line, format={"regex": "<(\\d+)>(.*)"})
    yield _tcp(line, format={"regex": "<\\d+>.*"})
    yield _tcp(line, format={"regex": "<(\\d+)>()(.{19}) (\\S+) ((.)(.*))", "dateFormat": "yyyy/MM/dd"})
    yield _tcp(line, format={"regex": "found nowhere(.*)"})
    yield _tcp("<13>1 2003-10-11T22:14:15Z host body", format={"regex": "found nowhere(.*)"})
    yield _tcp(line, format={"regex": "(?:<(\\d+)>)(?:(x)?)(\\S+ \\S+) (\\S+)(.*)"}, keepFields="priority version timestamp hostname")
    yield _udp("<13>2003/10/11 22:14:15 host body", format={"regex": regex, "dateFormat": "yyyy/MM/dd HH:mm:ss"})
    for pattern, stamp in (("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2003-10-11T22:14:15.250+0200"), ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2003-10-11T22:14:15.250Z"),
                           ("yyyy-MM-dd'T'HH:mm:ssXXX", "2003-10-11T22:14:15+02:00"), ("yyyy-MM-dd'T'HH:mm:ssXXX", "2003-10-11T22:14:15Z"),
                           ("yyyy-MM-dd'T'HH:mm:ssX", "2003-10-11T22:14:15+02"), ("yyyy-MM-dd'T'HH:mm:ssXX", "2003-10-11T22:14:15+0230"),
                           ("dd/MMM/yyyy:HH:mm:ss", "11/Oct/2003:22:14:15"), ("dd/MMM/yyyy:HH:mm:ss", "11/october/2003:22:14:15"),
                           ("dd/MMM/yyyy:HH:mm:ss", "11/Okt/2003:22:14:15"), ("yyyyMMddHHmmss", "20031011221415"), ("yyyyMMddHHmmssSSS", "20031011221415250"),
                           ("yyyyMMddHHmmss", "2003101122141"), ("yyMMddHHmmss", "031011221415"), ("yy-M-d", "03-1-2"), ("yy-M-d", "99-1-2"), ("yy-M-d", "2003-1-2"),
                           ("MMM_dd_HH:mm:ss", "Oct_11_22:14:15"), ("HH:mm:ss", "22:14:15"), ("hh:mm:ss_a", "10:14:15_PM"), ("hh:mm_a", "12:14_am"), ("hh:mm_a", "12:14_xm"),
                           ("KK:mm_a", "00:14_PM"), ("kk:mm", "24:14"), ("yyyy-DDD", "2003-284"), ("EEE_MMM_d_yyyy", "Sat_Oct_11_2003"), ("EEEE_d_MMMM_yyyy", "Saturday_11_October_2003"),
                           ("EEE_d_MMM_yyyy", "Xyz_11_Oct_2003"), ("yyyy-MM-dd_HH:mm:ss_z", "2003-10-11_22:14:15_GMT"), ("yyyy-MM-dd_HH:mm:ss_z", "2003-10-11_22:14:15_UTC"),
                           ("yyyy-MM-dd_HH:mm:ss_z", "2003-10-11_22:14:15_GMT+2:00"), ("yyyy-MM-dd_HH:mm:ss_z", "2003-10-11_22:14:15_+0200"), ("yyyy-MM-dd", "2003-10-11_and_more"),
                           ("yyyy-MM-dd", "2003-13-45"), ("yyyy-MM-dd", "2003-1-2"), ("yyyy-MM-dd", "2003-10"), ("yyyy-MM-dd", "-2003-10-11"), ("yyyy-MM-dd", "2003-10-x"),
                           ("yyyy-MM-dd HH", "2003-10-11_22"), ("yyyy-MM-dd'at'HH", "2003-10-11at22"), ("yyyy-MM-dd'at'HH", "2003-10-11AT22"), ("s", "1065910455"), ("S", "1065910455250"),
                           ("yyyy-MM-dd_HH:mm:ss.S", "2003-10-11_22:14:15.5"), ("yyyy-MM-dd_HH:mm:ss.SSSSSS", "2003-10-11_22:14:15.123456"), ("MM/dd/yyyy", "10/11/2003"),
                           ("yyyy.MM.dd", "2003.10.11"), ("d.M.yyyy", "11.10.2003"), ("yyyy-MM-dd_HH:mm", "2003-10-11_22:14:15")):
        yield _tcp(f"<13>{stamp} host body", format={"regex": r"<(\d{1,3})>(x?)(\S+) (\S+) (.*)", "dateFormat": pattern}, zone="Europe/Berlin")


def _multiport_stamps():
    yield _multiport("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8")
    yield _multiport("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")
    for stamp in ("2003-10-11T22:14:15Z", "2003-10-11T22:14:15", "2003-10-11T22:14:15+02:00", "2003-10-11T22:14:15-07:00", "2003-10-11T22:14:15+0200",
                  "2003-10-11T22:14:15.5Z", "2003-10-11T22:14:15.52Z", "2003-10-11T22:14:15.123456Z", "2003-10-11T22:14:15.123456+02:00",
                  "2003-10-11T22:14:15.123", "2003-10-11T22:14:15.Z", "2003-10-11T22:14:15x", "2003-10-11T22:14:15Zjunk", "2003-10-11T22:14:15+99:99",
                  "2003-10-11T22:14:15+02:00:00", "2003-13-11T22:14:15Z", "2003-02-30T22:14:15Z", "2003-10-11T24:14:15Z", "2003-10-11T22:14:60Z",
                  "1969-12-31T23:59:59.999Z", "2003-10-11t22:14:15Z", "-", "x", "2003-10-11T22:14:15.1234567890Z", "2003-10-11T22:14:15,123Z"):
        yield _multiport(f"<13>1 {stamp} host body of it")
    for stamp in ("Feb  5 17:32:18", "Feb 05 17:32:18", "Feb 5 17:32:18", "FEB  5 17:32:18", "Foo  5 17:32:18", "Feb 30 17:32:18", "Feb 29 17:32:18",
                  "Feb  5 24:00:00", "Feb  5 17:32:60", "Mar  1 17:32:18", "Jan  1 00:00:00", "Dec 31 23:59:59", "Oct 11 22:14:15", "Apr 10 11:00:00",
                  "Apr 20 11:00:00", "Feb  5 17:32:18.123", "Feb\t 5 17:32:18", "October 1 2:4:5"):
        yield _multiport(f"<13>{stamp} host body")
    for line in ("<13>- host body", "<13>-host body", "<13>1 - host body", "<13>1 - - body", "<13>1 -  body", "<13>1 - host", "<13>1 - host ", "<13>1 - h", "<13>1 -", "<13>- ",
                 "<13>1 2003-10-11T22:14:15Z  two blanks", "<13>1 2003-10-11T22:14:15Z host", "<13>1 2003-10-11T22:14:15Z host ", "<13>1 2003-10-11T22:14:15Z",
                 "<13>2 2003-10-11T22:14:15Z host version 2", "<13>2003-10-11T22:14:15Z host no version", "<13> 2003-10-11T22:14:15Z host a blank",
                 "<13>1  2003-10-11T22:14:15Z host two blanks", "<00013>1 - host body", "<99999>1 - host body", "<123456>1 - host body", "<13>Feb  5 17:32:18 host",
                 "<13>Feb  5 17:32:18", "<13>Feb  5 17:32:18 ", "<13>Feb", "<13>1 2003-10-11T22:14:15Z 2001:db8::1 body", "<13>1 2003-10-11T22:14:15Z su[1]: body"):
        yield _multiport(line)
    yield _multiport("<13>Feb  5 17:32:18 host never in the zone of the machine", zone="America/New_York")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z h\xf6st Gr\xfc\xdfe \x80", charset="ISO-8859-1")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z h\xf6st Gr\xfc\xdfe \x80", charset="windows-1252")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z host \x81", charset="windows-1252")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z host \x83O\x83\x8a", charset="Shift_JIS")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z \x83O\x83\x8a \x83O\x83\x8a", charset="Shift_JIS", keepFields="hostname")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z host \x83", charset="Shift_JIS")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z host Gr\xfc\xdfe", charset="US-ASCII")
    yield _multiport(b"<13>1 2003-10-11T22:14:15Z host plain", charset="US-ASCII")
    yield _multiport("<13>1 2003-10-11T22:14:15Z h\u00f6st wide".encode("utf-16-be"), charset="UTF-16BE")
    yield _multiport("<13>1 2003-10-11T22:14:15Z h\u00f6st Gr\u00fc\u00dfe".encode())


def cases():
    return [*_rfc5424(), *_rfc3164(), *_priorities(), *_bytes(), *_keep_fields(), *_frames(), *_datagrams(), *_formats(), *_multiport_stamps()]
