"""The JSON API against its own description, docs/openapi.yaml. Without these programs would be promised
what the server does not say."""

import json
import os

import jsonschema
import pytest
import yaml

from conftest import PATH, ROOT

with open(os.path.join(ROOT, "docs/openapi.yaml"), encoding="utf-8") as f:
    SPEC = yaml.safe_load(f)


def nullable(node):
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, dict):
        node = {k: nullable(v) for k, v in node.items()}
        if node.pop("nullable", False):
            return {"anyOf": [node, {"type": "null"}]}
        return node
    return [nullable(x) for x in node] if isinstance(node, list) else node


DOCUMENT = nullable(SPEC)


def check(answer, path, method="get"):
    """The answer's status is described for this operation, and its body is as the schema says."""
    described = SPEC["paths"][path][method]["responses"]
    assert str(answer.status) in described, f"{method} {path}: {answer.status} is not described\n{answer.text[:300]}"
    response = described[str(answer.status)]
    if "$ref" in response:
        response = SPEC["components"]["responses"][response["$ref"].rpartition("/")[2]]
    (kind, content), = response["content"].items()
    assert answer.headers["content-type"].partition(";")[0] == kind
    body = json.loads(answer.text)
    schema = dict(nullable(content["schema"]), components=DOCUMENT["components"])
    jsonschema.validate(body, schema)
    return body


def post(client, path, body, **headers):
    return client.request("POST", "/api/v1" + path, json.dumps(body).encode() if not isinstance(body, bytes) else body,
                          {"Content-Type": "application/json", **headers})


def test_every_read_answers_as_described(site):
    site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    site.command("contribution", "add", "--channel", "bank", "--amount", "25", "--currency", "USD", "--date", "2018-05-03")
    client = site.client()
    client.post(PATH + "/comments", {"name": "Tove", "body": "a root"})
    for path in SPEC["paths"]:
        if "get" in SPEC["paths"][path] and not path.startswith("/desk"):  # those: test_api_desk.py
            check(client.get("/api/v1" + path.replace("{id}", "1").replace("{slug}", "daily-field-report")), path)
    assert check(client.get("/api/v1/reports?series=daily-field-report"), "/reports")["reports"][0]["id"] == 1
    for bad in ("/reports/999", "/reports/x", "/reports/99999999999999999999"):
        check(client.get("/api/v1" + bad), "/reports/{id}")
    check(client.get("/api/v1/reports?series=none"), "/reports")
    check(client.get("/api/v1/reports?before=made-up"), "/reports")
    check(client.get("/api/v1/reports/1/comments?after=made-up"), "/reports/{id}/comments")
    check(client.get("/api/v1/contributions?after=made-up"), "/contributions")


def test_a_program_writes_replies_and_votes(site):
    client = site.client()
    first = check(post(client, "/reports/1/comments", {"name": "Robot", "body": "hello *there*"}), "/reports/{id}/comments", "post")
    reply = check(post(client, "/reports/1/comments", {"name": "Robot", "body": "again", "parent": first["id"]}),
                  "/reports/{id}/comments", "post")
    tree = check(client.get("/api/v1/reports/1/comments"), "/reports/{id}/comments")
    assert tree["threads"][0]["id"] == first["id"] and tree["threads"][0]["replies"][0]["id"] == reply["id"]
    other = site.client()
    vote = post(other, f"/comments/{first['id']}/vote", {"value": -1})
    sums = check(vote, "/comments/{id}/vote", "post")
    assert sums["down"] == 1 and sums["value"] == -1
    other = site.client()  # of the same address: it comes again with its cookie
    vote = post(other, f"/comments/{first['id']}/vote", {"value": -1})
    assert vote.status == 307 and "visitor" in other.jar
    vote = post(other, vote.location.removeprefix("/api/v1"), {"value": -1})
    assert check(vote, "/comments/{id}/vote", "post")["down"] == 2


@pytest.mark.parametrize("body, status", [
    ({"name": "", "body": "x"}, 422),
    ({"name": "T", "body": ""}, 422),
    ({"name": "T"}, (400, 422)),
    ({"name": "T", "body": "x", "admin": True}, (400, 422)),
    ({"name": "T", "body": 5}, (400, 422)),
    ({"name": "T", "body": "x", "parent": 4242}, 422),
    (b'{"name": "T", "name": "U", "body": "x"}', 400),
    (b'{"name": "T", "body": "x"', 400),
    (b"[" * 100 + b"]" * 100, 400),
    (b'{"name": "T", "body": "\\ud800"}', 400),
    (b"", (400, 415)),
    (b'{"name": "T", "body": "' + b"x" * 200000 + b'"}', 413),
], ids=lambda x: str(x)[:40].replace("/", "_"))
def test_bad_bodies_are_problems_and_leave_nothing(site, body, status):
    client = site.client()
    try:
        answer = post(client, "/reports/1/comments", body)
    except (BrokenPipeError, ConnectionResetError):
        assert status == 413
        return
    assert answer.status in (status if isinstance(status, tuple) else (status,)), answer.text[:300]
    problem = check(answer, "/reports/{id}/comments", "post")
    assert problem["status"] == answer.status and problem["detail"]
    assert check(client.get("/api/v1/reports/1/comments"), "/reports/{id}/comments")["count"] == 0


def test_other_media_types_and_other_sites_are_refused(site):
    client = site.client()
    body = json.dumps({"name": "T", "body": "x"}).encode()
    answer = client.request("POST", "/api/v1/reports/1/comments", body, {"Content-Type": "text/plain"})
    check(answer, "/reports/{id}/comments", "post")
    assert answer.status == 415
    assert post(client, "/reports/1/comments", {"name": "T", "body": "with a cookie"}).status == 201
    assert client.jar, "a visitor's cookie was set"
    crossed = post(client, "/reports/1/comments", {"name": "T", "body": "y"}, **{"Sec-Fetch-Site": "cross-site"})
    check(crossed, "/reports/{id}/comments", "post")
    assert crossed.status == 403
