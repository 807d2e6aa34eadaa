"""Usage: httpx_client.py VERSION URL [VERSION URL]..."""

import sys

import httpx


def version(answer):
    return answer.http_version.removeprefix("HTTP/")


for run, url in zip(sys.argv[1::2], sys.argv[2::2]):
    with httpx.Client(http2=run == "2", timeout=20) as client:
        answer = client.get(url + "/json", params={"run": run})
        print(version(answer), "GET", answer.status_code, answer.text, flush=True)
        answer = client.post(url + "/echo", params={"run": run}, json={"n": 1})
        print(version(answer), "POST", answer.status_code, answer.text, flush=True)
        with client.stream("GET", url + "/events", params={"run": run}) as answer:
            for line in answer.iter_lines():
                if line:
                    print(version(answer), "EVENT", line.removeprefix("data: "), flush=True)
