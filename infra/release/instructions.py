"""How many instructions the function `orders` takes to start and to answer, and how much memory.

    cargo build --release -p orders && cargo build
    python infra/release/instructions.py [--calls N] [BINARY]

Wants valgrind. The binary, by default `target/release/orders`, is run under callgrind against the
engines of `target/debug/planet`, in the clear, and asked N times for the orders of a buyer who has none:
one query. Instructions do not depend on the machine's load; valgrind knows no SHA instructions, so that
hashing counts for more than on a processor of today. Memory is that of a run without valgrind.
"""

import argparse
import http.server
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / "infra" / "local" / "engines.env"
PORT_OF_ENGINES = ":3001"
RUNTIME = "/2018-06-01/runtime/invocation"
CALLER = {"account": "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "session": "ses_01J8Z3K4M5N6P7Q8R9S0T1V2W3"}
EVENT = {
    "version": "2.0",
    "routeKey": "ANY /v1/orders",
    "rawPath": "/v1/orders",
    "rawQueryString": "",
    "headers": {"accept": "application/json", "host": "api.example"},
    "requestContext": {
        "http": {"method": "GET", "path": "/v1/orders", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7"},
        "authorizer": {"lambda": CALLER},
        "requestId": "a-request",
        "stage": "$default",
    },
    "isBase64Encoded": False,
}


class Runtime(http.server.ThreadingHTTPServer):
    """Lambda, as a function sees it: hands out `calls` events and takes what is answered."""

    daemon_threads = True

    def __init__(self, calls):
        super().__init__(("127.0.0.1", 0), Invocations)
        self.left = calls
        self.answers = []
        self.done = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Invocations(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.server.left == 0:
            self.server.done.set()
            time.sleep(3600)
        self.server.left -= 1
        event = json.dumps(EVENT).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", f"call-{self.server.left}")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 600_000))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:0:function:orders")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self):
        self.server.answers.append((self.path, self.body()))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def body(self):
        length = self.headers.get("Content-Length")
        if length is not None:
            return self.rfile.read(int(length))
        body = b""
        while size := int(self.rfile.readline().strip(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--calls", type=int, default=50)
    arguments.add_argument("binary", nargs="?", default=ROOT / "target/release/orders", type=pathlib.Path)
    arguments = arguments.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    planet = [ROOT / "target/debug/planet", "--engines", "--memory", "--port", str(port)]
    engines = subprocess.Popen(planet, stdout=subprocess.PIPE, text=True)
    try:
        engines.stdout.readline()
        first, _ = run(arguments.binary, port, 1, counted=True)
        all_calls, _ = run(arguments.binary, port, 1 + arguments.calls, counted=True)
        _, resident = run(arguments.binary, port, 1 + arguments.calls, counted=False)
    finally:
        engines.terminate()
        engines.wait()
    warm = (all_calls - first) / arguments.calls
    print(f"start and first call  {first / 1e6:>7.3f} M instructions")
    print(f"each call after it    {warm / 1e6:>7.3f} M instructions")
    print(f"resident              {resident / 1024:>7.1f} MiB")


def run(binary, port, calls, counted):
    """What a process took for so many calls: instructions, if they are counted, and KiB of memory."""
    runtime = Runtime(calls)
    environment = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.server_port}",
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
    }
    for line in ENVIRONMENT.read_text().splitlines():
        if line and not line.startswith("#"):
            name, value = line.split("=", 1)
            environment[name] = value.replace(PORT_OF_ENGINES, f":{port}")
    with tempfile.TemporaryDirectory() as folder:
        callgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        process = subprocess.Popen(
            [*(callgrind if counted else []), binary],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        finished = runtime.done.wait(300)
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        process.terminate()
        said, errors = process.communicate(timeout=60)
    runtime.shutdown()
    failed = [body for path, body in runtime.answers if not path.startswith(RUNTIME) or b'"statusCode":200' not in body]
    if not finished or failed or len(runtime.answers) != calls:
        sys.exit(f"the function did not answer {calls} calls: {failed[:1]}\n{said[-1000:]}{errors[-1000:]}")
    collected = re.search(r"Collected : (\d+)", errors)
    return int(collected[1]) if counted else 0, int(re.search(r"VmRSS:\s+(\d+)", status)[1])


if __name__ == "__main__":
    main()
