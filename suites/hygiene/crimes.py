"""What no test may do: each way to reach a foreign host, in a few lines that a test can be made of."""

# 192.0.2.1 belongs to nobody, and .invalid is never resolved: even unguarded these would reach no one.
IN_PROCESS = {
    "urllib": "import urllib.request\nurllib.request.urlopen('http://192.0.2.1/', timeout=1)",
    "http_client": (
        "from http.client import HTTPConnection\nHTTPConnection('192.0.2.1', timeout=1).request('GET', '/')"
    ),
    "requests": "import requests\nrequests.get('http://192.0.2.1/', timeout=1)",
    "requests_by_name": "import requests\nrequests.get('http://shop.invalid/', timeout=1)",
    "httpx": "import httpx\nhttpx.get('http://192.0.2.1/', timeout=1, trust_env=False)",
    "httpx_async": (
        "import asyncio, httpx\n"
        "async def go():\n"
        "    async with httpx.AsyncClient(trust_env=False) as client:\n"
        "        await client.get('http://192.0.2.1/', timeout=1)\n"
        "asyncio.run(go())"
    ),
    "aiohttp": (
        "import asyncio, aiohttp\n"
        "async def go():\n"
        "    async with aiohttp.ClientSession() as client:\n"
        "        await client.get('http://192.0.2.1/', timeout=aiohttp.ClientTimeout(1))\n"
        "asyncio.run(go())"
    ),
    "asyncio_streams": "import asyncio\nasyncio.run(asyncio.open_connection('192.0.2.1', 80))",
    "asyncio_by_name": "import asyncio\nasyncio.run(asyncio.open_connection('shop.invalid', 80))",
    "asyncio_datagram": (
        "import asyncio\n"
        "async def go():\n"
        "    await asyncio.get_running_loop().create_datagram_endpoint(\n"
        "        asyncio.DatagramProtocol, remote_addr=('192.0.2.1', 9))\n"
        "asyncio.run(go())"
    ),
    "socket": "import socket\nwith socket.socket() as s:\n    s.connect(('192.0.2.1', 80))",
    "socket_nonblocking": (
        "import socket\nwith socket.socket() as s:\n"
        "    s.setblocking(False)\n    s.connect_ex(('192.0.2.1', 80))"
    ),
    "create_connection": "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)",
    "ipv6": "import socket\nwith socket.socket(socket.AF_INET6) as s:\n    s.connect(('2001:db8::1', 80))",
    "sendto": (
        "import socket\n"
        "with socket.socket(type=socket.SOCK_DGRAM) as s:\n    s.sendto(b'x', ('192.0.2.1', 9))"
    ),
    "sendmsg": (
        "import socket\n"
        "with socket.socket(type=socket.SOCK_DGRAM) as s:\n    s.sendmsg([b'x'], (), 0, ('192.0.2.1', 9))"
    ),
    "smtplib": "import smtplib\nsmtplib.SMTP('192.0.2.1', timeout=1)",
    "getaddrinfo": "import socket\nsocket.getaddrinfo('shop.invalid', 443)",
    "getaddrinfo_bytes": "import socket\nsocket.getaddrinfo(b'shop.invalid', 443)",
    "gethostbyname": "import socket\nsocket.gethostbyname('shop.invalid')",
    "gethostbyname_ex": "import socket\nsocket.gethostbyname_ex('shop.invalid')",
    "gethostbyaddr": "import socket\nsocket.gethostbyaddr('192.0.2.1')",
    "getnameinfo": "import socket\nsocket.getnameinfo(('192.0.2.1', 80), 0)",
    "other_loopback": "import socket\nwith socket.socket() as s:\n    s.connect(('127.0.0.2', 9))",
    "number_form": "import socket\nwith socket.socket() as s:\n    s.connect(('2130706434', 9))",
    "thread": (
        "import socket, threading\n"
        "thread = threading.Thread(target=swallow, args=(lambda: socket.gethostbyname('shop.invalid'),))\n"
        "thread.start()\nthread.join()"
    ),
}

# What the crimes below may use: LOOKUP is the code of a child, swallow() takes every exception.
PRELUDE = """
import os, socket, subprocess, sys

LOOKUP = "import socket; socket.gethostbyname('shop.invalid')"
PYTHON = [sys.executable, "-c"]

def swallow(call):
    try:
        call()
    except Exception:
        pass
"""

IN_CHILDREN = {
    "child": "subprocess.run([*PYTHON, LOOKUP], stderr=subprocess.DEVNULL)",
    "child_with_its_own_environment": (
        "subprocess.run([*PYTHON, LOOKUP], env={'A': 'b'}, stderr=subprocess.DEVNULL)"
    ),
    "child_that_swallows": (
        "code = LOOKUP.replace('; ', '\\ntry: ') + '\\nexcept Exception: pass'\n"
        "subprocess.run([*PYTHON, code], check=True)"
    ),
    "grandchild": (
        "code = f'import subprocess, sys; subprocess.run([sys.executable, \"-c\", {LOOKUP!r}])'\n"
        "subprocess.run([*PYTHON, code], stderr=subprocess.DEVNULL, check=True)"
    ),
    "child_of_a_shell": (
        "command = f'{sys.executable} -c \"{LOOKUP}\"'\n"
        "subprocess.run(['sh', '-c', command], stderr=subprocess.DEVNULL)"
    ),
    "fork": (
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    swallow(lambda: socket.gethostbyname('shop.invalid'))\n"
        "    os._exit(0)\n"
        "os.waitpid(pid, 0)"
    ),
    "exec_with_its_own_environment": (
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    os.close(2)\n"
        "    os.execve(sys.executable, [*PYTHON, LOOKUP], {'A': 'b'})\n"
        "os.waitpid(pid, 0)"
    ),
    "exec_by_name_with_its_own_environment": (
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    os.close(2)\n"
        "    os.execvpe(sys.executable, [*PYTHON, LOOKUP], {'A': 'b'})\n"
        "os.waitpid(pid, 0)"
    ),
    "spawnve": "os.spawnve(os.P_WAIT, sys.executable, [*PYTHON, LOOKUP], {'A': 'b'})",
    "posix_spawn": ("os.waitpid(os.posix_spawn(sys.executable, [*PYTHON, LOOKUP], {'A': 'b'}), 0)"),
    "posix_spawnp_with_our_environment": (
        "os.waitpid(os.posix_spawnp(sys.executable, [*PYTHON, LOOKUP], os.environ), 0)"
    ),
    "posix_spawn_that_was_imported_before": (
        "import posix\nos.waitpid(posix.posix_spawn(sys.executable, [*PYTHON, LOOKUP], {'A': 'b'}), 0)"
    ),
    "exec_in_a_child": (
        "code = f'import os, sys; os.execve(sys.executable, [sys.executable, \"-c\", {LOOKUP!r}], {{}})'\n"
        "subprocess.run([*PYTHON, code], stderr=subprocess.DEVNULL)"
    ),
    "spawned": (
        "import multiprocessing\n"
        "process = multiprocessing.get_context('spawn').Process(\n"
        "    target=socket.gethostbyname, args=('shop.invalid',))\n"
        "process.start()\nprocess.join()"
    ),
}

CRIMES = {**IN_PROCESS, **IN_CHILDREN}


def as_test(name: str, *, swallowed: bool) -> str:
    """A test that commits the crime, and one that does so and swallows every exception of it."""
    body = "\n".join(f"        {line}" for line in CRIMES[name].splitlines())
    if swallowed:
        return f"def test_{name}_swallowed():\n    try:\n{body}\n    except Exception:\n        pass\n"
    return f"def test_{name}():\n    if True:\n{body}\n"
