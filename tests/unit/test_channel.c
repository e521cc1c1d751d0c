#include "base/buf.h"
#include "funding/bank.h"
#include "funding/channel.h"
#include "funding/web_link.h"
#include "unit/test.h"

#include <string.h>

/*
 * Without these the support box could send gifts to a mistyped account, or a link could lead
 * somewhere else than its name says. Accounts and addresses are published examples.
 */

struct outcome {
    struct arena arena;
    struct config *config;
    struct channels *channels; /* NULL: refused */
    struct str why;
};

static struct outcome make(const char *text)
{
    struct outcome o = { 0 };
    arena_init(&o.arena, 1 << 20);
    if (config_parse(S("d.ini"), str_from_z(text), &o.arena, &o.config, &o.why) != OK)
        printf("# " STR_FMT "\n", STR_ARG(o.why));
    expect(o.config);
    err e = channels_make(o.config, S("d.ini"), &o.arena, &o.channels, &o.why);
    expect(e == OK || (e == CHANNELS_WRONG && !o.channels));
    return o;
}

static void drop(struct outcome *o)
{
    channels_free(o->channels);
    config_free(o->config);
    arena_free(&o->arena);
}

static void expect_refused(const char *text, const char *begin, const char *part)
{
    struct outcome o = make(text);
    size_t at = 0;
    if (o.channels || !str_starts(o.why, str_from_z(begin)) ||
        !str_find(o.why, str_from_z(part), &at))
        printf("# " STR_FMT "\n# for: %s\n", STR_ARG(o.why), text);
    expect(!o.channels);
    expect(str_starts(o.why, str_from_z(begin)));
    expect(str_find(o.why, str_from_z(part), &at));
    drop(&o);
}

static const char all_kinds[] = "[channel.paypal]\n"
                                "url = https://www.paypal.me/river\n"
                                "[channel.stripe]\n"
                                "url = https://buy.stripe.com/test_river\n"
                                "note = Cards; one payment or monthly.\n"
                                "[channel.patreon]\n"
                                "url = https://www.patreon.com/river\n"
                                "[channel.kofi]\n"
                                "url = https://ko-fi.com/river\n"
                                "[channel.liberapay]\n"
                                "url = https://liberapay.com/river/donate\n"
                                "[channel.donate]\n"
                                "kind = link\n"
                                "title = Our donation page\n"
                                "url = https://donate.example.org:8443/river?from=site#form\n"
                                "[channel.bank]\n"
                                "holder = River Newsroom\n"
                                "iban = de89 3704 0044 0532 0130 00\n"
                                "bic = COBADEFF\n"
                                "bank_name = Bank of the Harbour\n"
                                "reference = Gift\n"
                                "[channel.dollars]\n"
                                "kind = bank\n"
                                "holder = River Newsroom\n"
                                "account = Account 000123456789, routing 026009593\n"
                                "[channel.bitcoin]\n"
                                "title = Boat & camera\n"
                                "address = BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4\n"
                                "[channel.bitcoincash]\n"
                                "address = qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a\n"
                                "[channel.ethereum]\n"
                                "order = 1\n"
                                "address = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n";

TEST(channels_of_all_ten_kinds_are_made_in_order)
{
    struct outcome o = make(all_kinds);
    const struct channel *c = NULL;
    static const char *const want[] = { "ethereum", "paypal",    "stripe",     "patreon",
                                        "kofi",     "liberapay", "donate",     "bank",
                                        "dollars",  "bitcoin",   "bitcoincash" };
    if (!o.channels)
        printf("# " STR_FMT "\n", STR_ARG(o.why));
    expect(o.channels && channels_list(o.channels, &c) == COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++)
        expect_str(c[i].name, str_from_z(want[i]));
    const struct channel *bank = channels_find(o.channels, S("bank"));
    expect_str(bank->iban, S("DE89370400440532013000"));
    expect_str(bank->bic, S("COBADEFF"));
    const struct channel *bitcoin = channels_find(o.channels, S("bitcoin"));
    expect_str(bitcoin->address, S("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
    expect_str(bitcoin->uri, S("bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
                               "?label=Boat%20%26%20camera"));
    expect(bitcoin->qr.s.n > 500);
    expect_str(channels_find(o.channels, S("bitcoincash"))->address,
               S("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"));
    expect_str(channels_find(o.channels, S("ethereum"))->uri,
               S("ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@1"));
    expect(!channels_find(o.channels, S("cash")));
    expect(channel_is_known(o.channels, S("dollars")) && !channel_is_known(NULL, S("dollars")));
    expect(channel_is_known(NULL, S("paypal")));
    drop(&o);
}

TEST(channels_may_be_none)
{
    struct outcome o = make("");
    const struct channel *c = NULL;
    expect(o.channels && channels_list(o.channels, &c) == 0);
    drop(&o);
    channels_free(NULL);
}

TEST(channels_refuse_what_is_wrong_with_its_line)
{
    static const struct {
        const char *text, *begin, *part;
    } wrong[] = {
        { "[channel.paypal]\nurl = http://paypal.me/river\n", "d.ini:2: ", "https://" },
        { "[channel.paypal]\nurl = https://paypal.me.example.org/\n", "d.ini:2: ", "paypal.com" },
        { "[channel.paypal]\nurl = https://notpaypal.com/river\n", "d.ini:2: ", "paypal.com" },
        { "[channel.stripe]\nurl = https://paypal.me/river\n", "d.ini:2: ", "stripe.com" },
        { "[channel.paypal]\ntitle = Give\n", "d.ini:2: ", "lacks its url" },
        { "[channel.paypal]\nurl = https://paypal.me/river\niban = DE89370400440532013000\n",
          "d.ini:3: ", "has no key iban" },
        { "[channel.paypal]\nurl = https://paypal.me/river\ncolour = blue\n",
          "d.ini:3: ", "no key of this name" },
        { "[channel.paypal]\nurl = https://paypal.me/river\norder = 1000\n", "d.ini:3: ", "order" },
        { "[channel.paypal]\nurl = https://paypal.me/river\norder = -1\n", "d.ini:3: ", "order" },
        { "[channel.cash]\nurl = https://example.org/\n", "d.ini:2: ", "kind must be one of" },
        { "[channel.give]\nkind = cash\nurl = https://example.org/\n",
          "d.ini:2: ", "kind must be one of" },
        { "[channel.PayPal]\nkind = link\nurl = https://example.org/\n", "d.ini:2: ", "name" },
        { "[channel.-x]\nkind = link\nurl = https://example.org/\n", "d.ini:2: ", "name" },
        { "[channel.bank]\niban = DE89370400440532013000\n", "d.ini:2: ", "holder" },
        { "[channel.bank]\nholder = R\n", "d.ini:2: ", "iban" },
        { "[channel.bank]\nholder = R\niban = DE89370400440532013001\n",
          "d.ini:3: ", "check digits" },
        { "[channel.bank]\nholder = R\niban = DE8937040044053201300\n", "d.ini:3: ", "too long" },
        { "[channel.bank]\nholder = R\niban = US89370400440532013000\n", "d.ini:3: ", "country" },
        { "[channel.bank]\nholder = R\niban = DE89370400440532013000\nbic = COBA\n",
          "d.ini:4: ", "bic" },
        { "[channel.bitcoin]\naddress = bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5\n",
          "d.ini:2: ", "checksum" },
        { "[channel.bitcoin]\naddress = tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0"
          "sl5k7\n",
          "d.ini:2: ", "another network" },
        { "[channel.bitcoin]\naddress = bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs\n",
          "d.ini:2: ", "cannot pay" },
        { "[channel.bitcoin]\naddress = hello\n", "d.ini:2: ", "not a Bitcoin address" },
        { "[channel.bitcoincash]\naddress = 1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu\n",
          "d.ini:2: ", "old form" },
        { "[channel.bitcoincash]\naddress = bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t\n",
          "d.ini:2: ", "another network" },
        { "[channel.bitcoincash]\naddress = qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q\n",
          "d.ini:2: ", "checksum" },
        { "[channel.ethereum]\naddress = 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\n",
          "d.ini:2: ", "EIP-55" },
        { "[channel.ethereum]\naddress = 0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n",
          "d.ini:2: ", "checksum" },
        { "[channel.ethereum]\naddress = river.eth\n", "d.ini:2: ", "not an Ethereum address" },
        { "[channel.paypal]\nurl =\n", "d.ini:2: ", "no value" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect_refused(wrong[i].text, wrong[i].begin, wrong[i].part);
}

TEST(channels_refuse_private_keys_in_every_key_and_never_echo_them)
{
    static const char *const keys[] = { "address", "note", "title", "kind", "url", "colour" };
    static const char *const secrets[] = {
        "L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1",
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3"
        "T"
        "GtRBeJgk33yuGBxrMPHi",
    };
    for (size_t i = 0; i < COUNT(keys); i++)
        for (size_t j = 0; j < COUNT(secrets); j++) {
            char text[300];
            size_t at = 0;
            (void)snprintf(text, sizeof text, "[channel.bitcoin]\n%s = %s\n", keys[i], secrets[j]);
            struct outcome o = make(text);
            expect(!o.channels && str_starts(o.why, S("d.ini:2: ")));
            expect(str_find(o.why, S("private key"), &at));
            expect(!str_find(o.why, str_sub(str_from_z(secrets[j]), 4, 12), &at));
            drop(&o);
        }
    expect_refused("[channel.ethereum]\naddress = "
                   "0xe9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262\n",
                   "d.ini:2: ", "32 bytes");
    expect_refused("[channel.bitcoin]\nnote = abandon abandon abandon abandon abandon abandon "
                   "abandon abandon abandon abandon abandon about\n",
                   "d.ini:2: ", "recovery words");
}

TEST(channels_stop_at_their_bounds)
{
    struct buf text CLEANUP(buf_free) = buf_make(1 << 20);
    for (int i = 0; i < CHANNELS_MAX; i++)
        buf_print(&text, "[channel.c%d]\nkind = link\nurl = https://example.org/%d\n", i, i);
    buf_put_char(&text, 0);
    struct outcome o = make(text.s);
    expect(o.channels);
    drop(&o);
    text.n--;
    buf_print(&text, "[channel.more]\nkind = link\nurl = https://example.org/\n%c", 0);
    expect_refused(text.s, "d.ini:98: ", "more than 32");

    buf_clear(&text);
    buf_put(&text, S("[channel.paypal]\nurl = https://paypal.me/river\nnote = "));
    for (int i = 0; i < CHANNEL_NOTE_MAX; i++)
        buf_put_char(&text, 'n');
    buf_put_char(&text, 0);
    o = make(text.s);
    expect(o.channels);
    drop(&o);
    text.n--;
    buf_print(&text, "n%c", 0);
    expect_refused(text.s, "d.ini:3: ", "longer than 300");
}

TEST(web_links_are_https_with_a_host_and_nothing_that_needs_escaping)
{
    static const char *const fine[] = {
        "https://example.org",        "https://example.org/a?b=c&d=%20#e",
        "https://EXAMPLE.org:8443/x", "https://xn--bcher-kva.example/",
        "https://a.b-c.d1e/",
    };
    static const char *const form[] = {
        "",
        "https:",
        "https://",
        "http://example.org/",
        "HTTPS://example.org/",
        "https://user@example.org/",
        "https://example.org@evil.test/",
        "https://example.org/\"x",
        "https://example.org/<b>",
        "https://example.org/a b",
        "https://example.org/\xc3\xa9",
        "javascript:alert(1)",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://example.org:/",
        "https://example.org\\@evil.test/",
        "//example.org/",
    };
    for (size_t i = 0; i < COUNT(fine); i++)
        expect(web_link_check(str_from_z(fine[i]), NULL) == WEB_LINK_FINE);
    for (size_t i = 0; i < COUNT(form); i++)
        expect(web_link_check(str_from_z(form[i]), NULL) == WEB_LINK_FORM ||
               web_link_check(str_from_z(form[i]), NULL) == WEB_LINK_HOST);
    static const char *const hosts[] = { "localhost", "example.", "a..b", "-a.org", "a-.org",
                                         "127.0.0.1", "a_b.org",  ".org", "[::1]" };
    for (size_t i = 0; i < COUNT(hosts); i++) {
        char url[100];
        (void)snprintf(url, sizeof url, "https://%s/", hosts[i]);
        expect(web_link_check(str_from_z(url), NULL) != WEB_LINK_FINE);
    }
    expect_str(web_link_host(S("https://Example.org:8443/a?b")), S("Example.org"));
}

TEST(web_links_are_bound_to_hosts_by_whole_labels)
{
    static const char *const allowed[] = { "paypal.com", "paypal.me", NULL };
    expect(web_link_check(S("https://paypal.com/x"), allowed) == WEB_LINK_FINE);
    expect(web_link_check(S("https://www.PayPal.com/x"), allowed) == WEB_LINK_FINE);
    expect(web_link_check(S("https://paypal.me"), allowed) == WEB_LINK_FINE);
    expect(web_link_check(S("https://xpaypal.com/"), allowed) == WEB_LINK_OTHER);
    expect(web_link_check(S("https://paypal.com.test/"), allowed) == WEB_LINK_OTHER);
    expect(web_link_check(S("https://test/paypal.com"), allowed) == WEB_LINK_HOST);
    expect(web_link_check(S("https://a.test/paypal.com"), allowed) == WEB_LINK_OTHER);
    expect(web_link_check(S("https://a.test?.paypal.com"), allowed) == WEB_LINK_OTHER);
    expect(web_link_check(S("https://a.test#.paypal.com"), allowed) == WEB_LINK_OTHER);
    expect(web_link_check(S("https://paypal.com:444/"), allowed) == WEB_LINK_FORM);
}

TEST(ibans_are_checked_by_country_length_and_check_digits)
{
    struct arena a;
    struct str iban = { 0 };
    arena_init(&a, 100000);
    static const char *const fine[] = {
        "GB82 WEST 1234 5698 7654 32",     "FR1420041010050500013M02606", "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S", "gb82west12345698765432",
    };
    for (size_t i = 0; i < COUNT(fine); i++)
        expect(iban_parse(str_from_z(fine[i]), &a, &iban) == BANK_FINE);
    expect_str(iban_grouped(&a, iban), S("GB82 WEST 1234 5698 7654 32"));
    expect(iban_parse(S("GB82WEST12345698765423"), &a, &iban) == BANK_CHECKSUM);
    expect(iban_parse(S("GB82WEST1234569876543"), &a, &iban) == BANK_LENGTH);
    expect(iban_parse(S("ZZ82WEST12345698765432"), &a, &iban) == BANK_COUNTRY);
    expect(iban_parse(S("GBA2WEST12345698765432"), &a, &iban) == BANK_FORM);
    expect(iban_parse(S("GB82-WEST-1234"), &a, &iban) == BANK_FORM);
    expect(iban_parse(S("G"), &a, &iban) == BANK_FORM);
    expect(iban_parse(S("GB82WEST1234569876543212345678901234567"), &a, &iban) == BANK_FORM);
    expect(bic_parse(S("deutdeff500"), &a, &iban));
    expect_str(iban, S("DEUTDEFF500"));
    expect(!bic_parse(S("DEUTDEFF5"), &a, &iban) && !bic_parse(S("DEUT11FF"), &a, &iban));
    arena_free(&a);
}

TEST(two_channels_that_would_count_the_same_wallet_are_refused)
{
    static const char same[] = "address = 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n";
    char text[600];
    snprintf(text, sizeof text,
             "[channel.ethereum]\n%snode_url = http://127.0.0.1:1/\n"
             "[channel.more]\nkind = ethereum\n%snode_url = http://127.0.0.1:2/\n",
             same, same);
    expect_refused(text, "d.ini:5:", "[channel.ethereum] and [channel.more] would both count");
    snprintf(text, sizeof text,
             "[channel.ethereum]\n%snode_url = http://127.0.0.1:1/\n"
             "[channel.more]\nkind = ethereum\n%schain_id = 8453\nnode_url = http://127.0.0.1:2/\n"
             "[channel.shown]\nkind = ethereum\n%s",
             same, same, same);
    struct outcome o = make(text);
    expect(o.channels);
    drop(&o);
}

TEST(one_wallet_written_in_two_ways_and_an_address_of_its_key_are_refused_too)
{
    static const char zpub[] = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADq"
                               "tfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs";
    /* BIP 84's first receiving address */
    static const char first[] = "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu";
    char text[1200];
    snprintf(text, sizeof text,
             "[channel.bitcoin]\nkey = %s\nnode_url = http://127.0.0.1:1/\n"
             "[channel.more]\nkind = bitcoin\naddress = %s\nnode_url = http://127.0.0.1:2/\n",
             zpub, first);
    expect_refused(text, "d.ini:5:", "[channel.bitcoin] and [channel.more] would both count");
    snprintf(text, sizeof text,
             "[channel.more]\nkind = bitcoin\naddress = %s\nnode_url = http://127.0.0.1:2/\n"
             "[channel.bitcoin]\nkey = %s\nnode_url = http://127.0.0.1:1/\n",
             first, zpub);
    expect_refused(text, "d.ini:6:", "to one wallet");
    snprintf(text, sizeof text,
             "[channel.bitcoin]\nkey = %s\nnode_url = http://127.0.0.1:1/\n"
             "[channel.shown]\nkind = bitcoin\naddress = %s\n",
             zpub, first);
    struct outcome o = make(text); // what is only shown counts nothing
    expect(o.channels);
    drop(&o);
}

TEST(one_account_of_a_provider_is_no_two_channels)
{
    static const struct {
        const char *kind, *keys;
    } same[] = {
        { "webhook", "secret = whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX" },
        { "patreon",
          "url = https://www.patreon.com/m\ncampaign = 12\ntoken = t\nsince = 2018-05-01" },
        { "opencollective",
          "url = https://opencollective.com/m\nslug = millbrook\nsince = 2018-05-01" },
        { "paypal", "url = https://paypal.me/m\nmerchant_id = MERCHANT1234X" },
        { "stripe", "url = https://donate.stripe.com/m\nsecret = whsec_1" },
        { "kofi", "url = https://ko-fi.com/m\ntoken = 5e1f" },
    };
    char text[1200];
    for (size_t i = 0; i < COUNT(same); i++) {
        snprintf(text, sizeof text, "[channel.one]\nkind = %s\n%s\n[channel.two]\nkind = %s\n%s\n",
                 same[i].kind, same[i].keys, same[i].kind, same[i].keys);
        expect_refused(text, "d.ini:",
                       "[channel.one] and [channel.two] would both count the gifts "
                       "to one account");
    }
    struct outcome o =
        make("[channel.one]\nkind = stripe\nurl = https://donate.stripe.com/m\nsecret = whsec_1\n"
             "[channel.two]\nkind = stripe\nurl = https://donate.stripe.com/n\nsecret = whsec_2\n"
             "[channel.three]\nkind = stripe\nurl = https://donate.stripe.com/o\n");
    expect(o.channels); // two endpoints with secrets of their own, and a link that is only shown
    drop(&o);
}
