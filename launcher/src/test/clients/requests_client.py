"""Usage: requests_client.py VERSION URL"""

import sys

import requests

run, url = sys.argv[1:]


def version(answer):
    return {11: "1.1", 20: "2"}[answer.raw.version]


with requests.Session() as session:
    answer = session.get(url + "/json", params={"run": run}, timeout=20)
    print(version(answer), "GET", answer.status_code, answer.text, flush=True)
    headers = {"Content-Type": "application/json"}
    answer = session.post(url + "/echo", params={"run": run}, headers=headers, data='{"n":1}', timeout=20)
    print(version(answer), "POST", answer.status_code, answer.text, flush=True)
    with session.get(url + "/events", params={"run": run}, stream=True, timeout=20) as answer:
        for line in answer.iter_lines(chunk_size=1):
            if line:
                print(version(answer), "EVENT", line.decode().removeprefix("data: "), flush=True)
