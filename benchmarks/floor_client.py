"""The floor's clients: so many plain requests each. Prints how many failed."""

import http.client
import json
import sys
import threading

job = json.load(sys.stdin)
failed: list[int] = []


def run() -> None:
    """One client, all its rounds."""
    for _ in range(job["rounds"]):
        connection = http.client.HTTPConnection("127.0.0.1", job["port"], timeout=60)
        for method, times in (("GET", job["gets"]), ("POST", job["posts"])):
            for _ in range(times):
                connection.request(method, "/", "answer=a" if method == "POST" else None)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    failed.append(answer.status)
        connection.close()


threads = [threading.Thread(target=run) for _ in range(job["clients"])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(failed))
