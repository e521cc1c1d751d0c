"""Without these the pictures beside names could fetch from elsewhere, tell who an erased author was, or make every page longer."""

import re

import conftest
from conftest import PATH

IMAGE = re.compile(r'<img class="identicon" src="(/identicon/[0-9a-f]{6})" alt="" width="28" height="28" loading="lazy">')


def say(client, name, body, **more):
    answer = client.post(PATH + "/comments", {"name": name, "body": body, **more})
    assert answer.status == 303


def test_there_are_none_unless_switched_on(site):
    say(site.client(), "Ada Reed", "The water rose.")
    assert "identicon" not in site.client().get(PATH).text


def test_they_are_ours_and_of_the_name_alone(make_site):
    site = make_site(config=conftest.CONFIG + "\n[discussion]\nidenticons = yes\n")
    site.publish(conftest.REPORT)
    say(site.client(), "Ada Reed", "one", email="ada@reader.example")
    say(site.client(), "ada reed", "two", email="other@reader.example")
    say(site.client(), "Bo Fisher", "three", email="ada@reader.example")
    found = IMAGE.findall(site.client().get(PATH).text)
    assert len(found) == 3 and len(set(found)) == 2
    picture = site.client().get(found[0])
    assert picture.status == 200 and picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "default-src 'none'" in picture.headers["content-security-policy"]
    assert picture.text.startswith("<svg ") and "<script" not in picture.text
    for wrong in ("/identicon/ABCDEF", "/identicon/12345", "/identicon/1234567", "/identicon/zzzzzz"):
        assert site.client().get(wrong).status == 404


def test_an_erased_author_has_none(make_site):
    site = make_site(config=conftest.CONFIG + "\n[discussion]\nidenticons = yes\n")
    site.publish(conftest.REPORT)
    say(site.client(), "Ada Reed", "stays", email="ada@reader.example")
    say(site.client(), "Bo Fisher", "stays too")
    assert len(IMAGE.findall(site.client().get(PATH).text)) == 2
    assert site.command("privacy", "erase", "--email", "ada@reader.example")[0] == 0
    text = site.client().get(PATH).text
    assert len(IMAGE.findall(text)) == 1 and "Ada Reed" not in text
