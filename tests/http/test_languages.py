"""The newsroom in other languages. Without these a German or Arabic page could show an English word, the
plural of another count, a date or amount as it is written elsewhere, or digits that no program reads."""

import json
import re

import pytest

import conftest
from conftest import PATH

ARAB = "٠١٢٣٤٥٦٧٨٩"
# Attributes whose value is a word for people, and so in their digits; all others are for programs.
SPOKEN = {"data-new", "alt", "aria-label", "aria-valuetext", "aria-description", "content", "placeholder", "title"}


def site_in(make_site, language, digits=None):
    config = conftest.CONFIG.replace("language = en", f"language = {language}"
                                     + (f"\ndigits = {digits}" if digits else ""))
    site = make_site(config=config)
    site.publish(conftest.REPORT)
    return site


def comment(client, body):
    answer = client.post(PATH + "/comments", {"name": "Tove", "body": body})
    assert answer.status == 303, answer.text[:1000]


def collect(site, amount="2550.00"):
    site.command("goal", "set", "--currency", "USD", "--amount", "5000", "--period", "2018-05")
    site.command("contribution", "add", "--channel", "bank", "--amount", amount, "--currency", "USD",
                 "--date", "2018-05-03")


def shown(text):
    """The text of a page without marks of direction and with plain blanks, as a reader sees it."""
    text = re.sub("[\u200e\u200f\u061c\u2066-\u2069]", "", re.sub(r"<[^>]*>", "", text))
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


def machine_attributes(text):
    for tag in re.findall(r"<[a-zA-Z][^<>]*>", text):
        for name, value in re.findall(r'\s([a-zA-Z:-]+)="([^"]*)"', tag):
            if name not in SPOKEN:
                yield f'{name}="{value}"'


def has_arab(text):
    return any(c in ARAB for c in text)


def test_a_german_page_says_language_date_money_and_plural_as_germans_do(make_site):
    site = site_in(make_site, "de")
    collect(site)
    client = site.client()
    page = client.get(PATH).text
    assert '<html lang="de" dir="ltr">' in page
    text = shown(page)
    assert "Noch keine Kommentare" in text
    assert "Daily Field Report – 4. Mai 2018: Floodwater Breaches the Southern Dike" in text
    assert "2.550 $ 51 % von 5.000 $" in text
    comment(client, "one")
    assert "1 Kommentar " in shown(client.get(PATH).text)
    comment(client, "two")
    assert "2 Kommentare " in shown(client.get(PATH).text)
    assert "Spendenziele" in client.get("/funding").text


def test_an_arabic_page_runs_from_right_to_left_with_its_own_digits(make_site):
    site = site_in(make_site, "ar", "arab")
    collect(site)
    client = site.client()
    page = client.get(PATH).text
    assert '<html lang="ar" dir="rtl">' in page
    text = shown(page)
    assert "٤ مايو ٢٠١٨" in text
    assert "٢٬٥٥٠ US$ ٥١٪ من ٥٬٠٠٠ US$" in text
    assert '<time datetime="2018-05-04">' in page
    assert 'aria-valuenow="51"' in page
    assert 'dir="rtl"' in client.get("/funding").text


def test_arabic_counts_take_each_of_their_six_forms(make_site):
    site = site_in(make_site, "ar", "arab")
    client = site.client()
    forms = {0: "لا تعليقات بعد", 1: "تعليق واحد", 2: "تعليقان", 3: "٣ تعليقات", 10: "١٠ تعليقات",
             11: "١١ تعليقًا", 99: "٩٩ تعليقًا", 100: "١٠٠ تعليق"}
    for n in range(101):
        if n in forms:
            discussion = client.get(PATH).text.partition('id="discussion"')[2]
            assert shown(re.search(r"<h2[^>]*>(.*?)</h2>", discussion, re.S).group(1)).strip() == forms[n]
        comment(client, f"number {n}")


@pytest.mark.parametrize("digits,date,amount", [("arab", "٤ مايو ٢٠١٨", "٢٬٥٥٠"), ("latn", "4 مايو 2018", "2,550")])
def test_the_operator_chooses_the_digits(make_site, digits, date, amount):
    site = site_in(make_site, "ar", digits)
    collect(site)
    text = shown(site.client().get(PATH).text)
    assert date in text and amount in text
    assert has_arab(text) == (digits == "arab")


def test_digits_of_a_language_may_be_had_in_another(make_site):
    site = site_in(make_site, "de", "arab")
    assert "٤. Mai ٢٠١٨" in shown(site.client().get(PATH).text)


def test_what_programs_read_keeps_ascii_digits(make_site):
    site = site_in(make_site, "ar", "arab")
    collect(site)
    client = site.client()
    for n in range(3):
        comment(client, f"number {n}")
    for path in ("/", PATH, f"{PATH}?reply=1", "/series/daily-field-report", "/funding", "/desk/sign-in", "/nothing"):
        text = client.get(path).text
        assert "<html lang=\"ar\" dir=\"rtl\">" in text
        assert [a for a in machine_attributes(text) if has_arab(a)] == [], path
    csv = client.get("/funding/ledger.csv").text
    assert "2550" in csv.replace(".", "") and not has_arab(csv)
    assert not has_arab(client.get("/api/v1/funding").text)
    assert not has_arab(client.get("/sitemap.xml").text)


def test_feeds_keep_dates_for_programs_and_words_for_people(make_site):
    site = site_in(make_site, "ar", "arab")
    client = site.client()
    atom = client.get("/feed.atom").text
    for stamp in re.findall(r"<(?:updated|published|id)>([^<]*)<", atom):
        assert not has_arab(stamp)
    assert "2018-05-04T04:00:00" in atom
    rss = client.get("/feed.rss").text
    assert re.search(r"<pubDate>Fri, 0?4 May 2018 ", rss)
    feed = json.loads(client.get("/feed.json").text)
    item = feed["items"][0]
    assert feed.get("language") == "ar" and item["date_published"].startswith("2018-05-04T")
    assert not has_arab(item["id"] + item["url"])


@pytest.mark.parametrize("language,heading,desk", [
    ("de", "Hier ist nichts", "Anmeldung in der Redaktion"), ("ar", "لا شيء هنا", "تسجيل الدخول إلى مكتب التحرير")])
def test_errors_refusals_and_the_desk_speak_the_language(make_site, language, heading, desk):
    client = site_in(make_site, language).client()
    answer = client.get("/nothing/here")
    assert answer.status == 404 and heading in answer.text
    assert answer.headers.get("content-language", language) == language
    assert desk in client.get("/desk/sign-in").text
    empty = client.post(PATH + "/comments", {"name": "Tove", "body": ""})
    assert empty.status in (400, 422) and "Please" not in empty.text


def test_a_language_without_words_is_refused_at_the_start(tmp_path):
    config = conftest.CONFIG.replace("language = en", "language = fr")
    site = conftest.Site(str(tmp_path), config)
    status, _, said = site.command("serve", "--listen", "127.0.0.1:0", check=False)
    assert status != 0 and "words/fr.ini" in said
