#include "base/buf.h"
#include "base/encoding.h"
#include "base/file.h"
#include "funding/statement.h"
#include "unit/mail_help.h"
#include "unit/test.h"

#include <string.h>
#include <unistd.h>

/* Without these who holds the server could show other addresses, and nobody would be told. */

struct desk {
    struct arena arena;
    struct config *config;
    struct channels *channels;
    struct sign_key *key;
};

static void configure(struct desk *d, const char *text)
{
    struct str why = { 0 };
    channels_free(d->channels);
    config_free(d->config);
    expect(config_parse(S("f.ini"), str_from_z(text), &d->arena, &d->config, &why) == OK);
    expect(channels_make(d->config, S("f.ini"), &d->arena, &d->channels, &why) == OK);
}

#define BANK                                                                                       \
    "[channel.savings]\nkind = bank\nholder = River Newsroom\niban = DE89 3704 0044 0532 0130 "    \
    "00\n"                                                                                         \
    "bic = COBADEFF\n"
#define BITCOIN "[channel.bitcoin]\naddress = bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\n"
#define PAYPAL  "[channel.paypal]\nurl = https://paypal.me/river\n"

static struct desk begin(void)
{
    struct desk d = { 0 };
    arena_init(&d.arena, 8 << 20);
    expect(sign_key_read(str_from_z(mail_test_key), &d.key) == OK);
    configure(&d, BANK BITCOIN PAYPAL);
    return d;
}

static void end(struct desk *d)
{
    channels_free(d->channels);
    config_free(d->config);
    sign_key_free(d->key);
    arena_free(&d->arena);
}

static struct str draft(struct desk *d, int64_t serial)
{
    struct statement_draft s = { .site = S("https://river.example"),
                                 .serial = serial,
                                 .date = { 2018, 5, 4 },
                                 .channels = d->channels };
    return statement_print(&s, &d->arena);
}

static struct str signed_text(struct desk *d, int64_t serial)
{
    struct str text = { 0 };
    expect(statement_sign(draft(d, serial), d->key, &d->arena, &text) == OK);
    return text;
}

TEST(sign_message_signs_as_rfc_8032_does)
{
    // TEST 1 of section 7.1, whose key the mail tests use
    struct desk d = begin();
    uint8_t signature[ED25519_SIGNATURE_BYTES];
    uint8_t key[ED25519_PUBLIC_BYTES];
    expect_str(hex_print(&d.arena, sign_public(d.key, &d.arena)),
               S("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    sign_message(d.key, S(""), signature);
    expect_str(hex_print(&d.arena, bytes_str(signature, sizeof signature)),
               S("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
                 "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"));
    // TEST 2
    expect(hex_parse(S("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), key,
                     sizeof key));
    expect(hex_parse(S("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e"
                       "15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
                     signature, sizeof signature));
    expect(ed25519_verify(key, S("\x72"), signature));
    expect(!ed25519_verify(key, S("\x73"), signature) && !ed25519_verify(key, S(""), signature));
    signature[0] ^= 1;
    expect(!ed25519_verify(key, S("\x72"), signature));
    end(&d);
}

TEST(sign_keys_that_are_made_can_be_read_and_differ)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, 1 << 20);
    struct sign_key *one = NULL;
    struct sign_key *two = NULL;
    expect(sign_key_read(sign_key_make(&a), &one) == OK);
    expect(sign_key_read(sign_key_make(&a), &two) == OK);
    expect(sign_key_kind(one) == SIGN_ED25519);
    expect(!str_eq(sign_public(one, &a), sign_public(two, &a)));
    sign_key_free(one);
    sign_key_free(two);
}

TEST(statement_is_the_documented_text)
{
    struct desk d = begin();
    struct str text = signed_text(&d, 2);
    size_t at = 0;
    expect(str_find(text, S("\n\nsignature: "), &at));
    expect_str(str_sub(text, 0, at + 1),
               S("Diurnal address statement 1\n"
                 "site: https://river.example\n"
                 "serial: 2\n"
                 "date: 2018-05-04\n"
                 "key: d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n"
                 "\n"
                 "channel: bitcoin\n"
                 "kind: bitcoin\n"
                 "address: bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\n"
                 "\n"
                 "channel: paypal\n"
                 "kind: paypal\n"
                 "url: https://paypal.me/river\n"
                 "\n"
                 "channel: savings\n"
                 "kind: bank\n"
                 "holder: River Newsroom\n"
                 "iban: DE89370400440532013000\n"
                 "bic: COBADEFF\n"));
    struct statement s = { 0 };
    expect(statement_parse(text, &s) == OK);
    expect(s.serial == 2 && s.date.year == 2018);
    expect_str(s.site, S("https://river.example"));
    expect_str(s.channels, statement_channels(d.channels, &d.arena));
    expect(!statement_difference(&s, s.site, d.channels, &d.arena).n);
    configure(&d, "");
    expect(statement_parse(signed_text(&d, 1), &s) == OK && !s.channels.n);
    end(&d);
}

#define ZPUB                                                                                       \
    "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf3"   \
    "1mGDtKsAYz2oz2AGutZYs"

TEST(statement_of_a_wallet_s_key_names_its_hash_and_its_first_addresses_and_not_the_key)
{
    struct desk d = begin();
    struct statement s = { 0 };
    configure(&d, "[channel.bitcoin]\nkey = " ZPUB "\nrotate = month\n");
    struct str text = signed_text(&d, 2);
    size_t at = 0;
    expect(statement_parse(text, &s) == OK);
    expect(str_starts(s.channels,
                      S("\nchannel: bitcoin\nkind: bitcoin\nkey-sha256: "
                        "e06675e6ba2f9dddf8e87123bb2d426b1b2b663382d500e47e4f1126996fd074\n"
                        "address: bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n"
                        "address: bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g\n")));
    size_t addresses = 0;
    struct str line = { 0 };
    struct str rest = s.channels;
    while (str_cut(rest, '\n', &line, &rest))
        addresses += str_starts(line, S("address: "));
    expect(addresses == STATEMENT_ADDRESSES && !str_find(text, S("zpub"), &at));
    expect(!statement_difference(&s, s.site, d.channels, &d.arena).n);
    configure(&d, "[channel.bitcoin]\naddress = bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu\n");
    expect_str(statement_difference(&s, s.site, d.channels, &d.arena),
               S("it says otherwise of the channel bitcoin"));
    end(&d);
}

TEST(statement_with_any_byte_changed_is_refused)
{
    struct desk d = begin();
    struct str text = signed_text(&d, 2);
    struct statement s = { 0 };
    char *bytes = arena_new(&d.arena, char, text.n + 1);
    memcpy(bytes, text.s, text.n);
    for (size_t i = 0; i < text.n; i++) {
        static const char flips[] = { 1, 0x20 };
        for (size_t k = 0; k < sizeof flips; k++) {
            bytes[i] = (char)(bytes[i] ^ flips[k]);
            expect(statement_parse((struct str){ bytes, text.n }, &s) > 0);
            bytes[i] = text.s[i];
        }
    }
    for (size_t n = 0; n < text.n; n++)
        expect(statement_parse(str_sub(text, 0, n), &s) > 0);
    bytes[text.n] = '\n';
    expect(statement_parse((struct str){ bytes, text.n + 1 }, &s) == STATEMENT_FORM);
    expect(statement_parse(text, &s) == OK);
    end(&d);
}

TEST(statement_signs_a_text_of_the_right_form_once)
{
    struct desk d = begin();
    struct statement s = { 0 };
    struct str text = { 0 };
    expect(statement_parse(draft(&d, 1), &s) == STATEMENT_UNSIGNED);
    expect(statement_sign(signed_text(&d, 1), d.key, &d.arena, &text) == STATEMENT_SIGNED);
    static const char *const bad[] = {
        "",
        "Hello\n",
        "Diurnal address statement 1\n",
        "Diurnal address statement 1\nsite: x\nserial: 0\ndate: 2018-05-04\n",
        "Diurnal address statement 1\nsite: x\nserial: 01\ndate: 2018-05-04\n",
        "Diurnal address statement 1\nsite: x\nserial: 1000000000\ndate: 2018-05-04\n",
        "Diurnal address statement 1\nsite: x\nserial: 1\ndate: 2018-02-29\n",
        "Diurnal address statement 1\nsite: x\nserial: 1\ndate: 2018-05-04\nchannel: a\n",
        "Diurnal address statement 1\nsite: x\nserial: 1\ndate: 2018-05-04\n\nchannel: a",
        ("Diurnal address statement 1\nsite: x\nserial: 1\ndate: 2018-05-04\n\nchannel: a\n"
         "hello: b\n"),
        "Diurnal address statement 1\nsite: x\nserial: 1\ndate: 2018-05-04\n\nchannel: a\nurl: \n",
        "Diurnal address statement 1\nsite: x\x01\nserial: 1\ndate: 2018-05-04\n",
        "Diurnal address statement 1\r\nsite: x\r\nserial: 1\r\ndate: 2018-05-04\r\n",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        expect(statement_sign(str_from_z(bad[i]), d.key, &d.arena, &text) == STATEMENT_FORM);
    struct buf many CLEANUP(buf_free) = buf_make(2 * STATEMENT_MAX);
    buf_put(&many, S("Diurnal address statement 1\nsite: x\nserial: 1\ndate: 2018-05-04\n"));
    while (many.n <= STATEMENT_MAX)
        buf_put(&many, S("\nchannel: a\n"));
    expect(statement_sign(buf_str(&many), d.key, &d.arena, &text) == STATEMENT_FORM);
    expect(statement_parse(buf_str(&many), &s) == STATEMENT_FORM);
    struct str whole = signed_text(&d, 1);
    size_t at = 0;
    expect(str_find(whole, S("\n\nsignature"), &at));
    expect(statement_parse(str_sub(whole, 0, at + 1), &s) == STATEMENT_FORM); // a key alone
    struct str unkeyed = str_print(&d.arena, STR_FMT STR_FMT, STR_ARG(draft(&d, 1)),
                                   STR_ARG(str_sub(whole, at + 1, whole.n)));
    expect(statement_parse(unkeyed, &s) == STATEMENT_FORM); // a signature alone
    for (err e = STATEMENT_FORM; e < STATEMENT_REFUSALS; e++)
        expect(statement_refusal(e)[0]);
    end(&d);
}

TEST(statement_is_known_by_its_key_or_its_fingerprint)
{
    struct desk d = begin();
    struct statement s = { 0 };
    expect(statement_parse(signed_text(&d, 1), &s) == OK);
    struct str key = statement_key_text(s.key, &d.arena);
    struct str print = statement_fingerprint(s.key, &d.arena);
    expect_str(key, S("d75a 9801 82b1 0ab7 d54b fed3 c964 073a 0ee1 72f3 daa6 2325 af02 1a68 f707 "
                      "511a"));
    expect_str(print, S("21fe 31df a154 a261 626b f854 046f d227 1b7b ed4b"));
    expect(statement_key_is(&s, key) && statement_key_is(&s, print));
    expect(statement_key_is(&s,
                            S("D75A980182B10AB7D54BFED3C964073A0EE172F3DAA62325AF021A68F707511A")));
    expect(!statement_key_is(&s, S("")) && !statement_key_is(&s, S("d75a")));
    expect(!statement_key_is(&s, S("21fe 31df a154 a261 626b f854 046f d227 1b7b ed4c")));
    expect(!statement_key_is(
        &s, S("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511b")));
    expect(!statement_key_is(
        &s, S("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a00")));
    end(&d);
}

static void expect_difference(struct desk *d, const struct statement *s, const char *config,
                              struct str want)
{
    configure(d, config);
    expect_str(statement_difference(s, S("https://river.example"), d->channels, &d->arena), want);
}

TEST(statement_says_which_channel_differs)
{
    struct desk d = begin();
    struct statement s = { 0 };
    expect(statement_parse(signed_text(&d, 1), &s) == OK);
    expect_difference(&d, &s, PAYPAL BITCOIN BANK, S("")); // their order in the file is nothing
    expect_difference(&d, &s, BANK BITCOIN "[channel.paypal]\nurl = https://paypal.me/rivers\n",
                      S("it says otherwise of the channel paypal"));
    expect_difference(&d, &s, BANK PAYPAL,
                      S("it names the channel bitcoin, which is not configured"));
    expect_difference(&d, &s,
                      BANK PAYPAL BITCOIN "[channel.shop]\nkind = link\nurl = https://x.example/\n",
                      S("it does not name the channel shop"));
    configure(&d, BANK PAYPAL BITCOIN);
    struct str why = statement_difference(&s, S("https://other.example"), d.channels, &d.arena);
    expect_str(why, S("it is for the site https://river.example, not https://other.example"));
    end(&d);
}

static err load(struct desk *d, const char *dir, struct statement **ret, struct str *ret_why)
{
    struct statement_setup s = { .data_dir = dir,
                                 .site = S("https://river.example"),
                                 .file = S("f.ini"),
                                 .channels = d->channels };
    return statement_load(&s, &d->arena, ret, ret_why);
}

TEST(statement_that_is_installed_holds_the_configuration)
{
    struct desk d = begin();
    char dir[] = "/tmp/diurnal-statement-XXXXXX";
    struct statement *s = NULL;
    struct str why = { 0 };
    size_t at = 0;
    expect(mkdtemp(dir));
    const char *path = str_z(&d.arena, str_print(&d.arena, "%s/" STATEMENT_FILE, dir));
    expect(load(&d, dir, &s, &why) == OK && !s);
    expect(file_write(path, signed_text(&d, 3), 0644, &d.arena) == OK);
    expect(load(&d, dir, &s, &why) == OK && s && s->serial == 3);
    statement_free(s);
    statement_free(NULL);
    configure(&d, BANK PAYPAL "[channel.bitcoin]\naddress = "
                              "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq\n");
    expect(load(&d, dir, &s, &why) == STATEMENT_DIFFERS);
    expect(str_find(why, S("channel bitcoin"), &at) && !str_find(why, S("bc1q"), &at));
    expect(file_write(path, S("damaged"), 0644, &d.arena) == OK);
    expect(load(&d, dir, &s, &why) == STATEMENT_DIFFERS);
    expect(unlink(path) == 0 && symlink("/", path) == 0);
    expect(load(&d, dir, &s, &why) == STATEMENT_DIFFERS); // not a file
    expect(unlink(path) == 0 && rmdir(dir) == 0);
    end(&d);
}
