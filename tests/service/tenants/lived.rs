//! The life of a tenant as the operator has it over HTTP: it comes, changes, goes and comes again, at once each time, and
//! another one notices nothing.

use std::{fs, thread};

use serde_json::{Value, json};

use crate::{
    process::{Service, wait_for},
    tenants::{
        brands::{AIRLINE, Brands, OPERATOR, SHOP, asked, key_of, keyed, sent, sha256},
        operator::{
            BANK, GARDEN, all_ready, fares, files, listed, of, operated, put, removed, start, tells_no_key,
            told,
        },
        posting::Posting,
        raw::{self, Line},
    },
};

const NEW_KEY: &str = "a-new-key-of-garden-admin-4711";
/// Stands in files where it is nobody's key.
const SLIP: &str = "hidden-s3cret-0123456789";

fn event() -> Value {
    json!({"id": "e-1", "source": "web/pages", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "mina", "trust": "verified"}]})
}

/// The garden's file with another key for its administrator.
fn changed() -> String {
    keyed(GARDEN).replace(&sha256(&key_of(GARDEN, "admin")), &sha256(NEW_KEY))
}

struct House {
    brands: Brands,
    service: Service,
}

impl House {
    /// What the garden answers to who asks for somebody by a key.
    fn mina(&self, key: &str) -> raw::Reply {
        let profile = ["GET", "/v1/profiles/user_id:mina"];
        asked(&self.service.url, [GARDEN, key], profile, &Value::Null)
    }

    fn comes(&self) {
        let url = &self.service.url;
        assert_eq!(told(url, GARDEN).json()["code"], "no_tenant");
        let added = put(url, GARDEN, &keyed(GARDEN));
        let tenant = json!({"name": GARDEN, "path": "/t/garden", "status": "ready", "problem": null});
        assert_eq!((added.status, added.json()), (201, tenant.clone()));
        assert_eq!(sent(url, GARDEN, &event()).fine()["accepted"], 1);
        assert_eq!(told(url, GARDEN).fine(), tenant);
        assert_eq!(fares(url), all_ready(&[AIRLINE, GARDEN, SHOP]));
        let expected = [AIRLINE, GARDEN, SHOP].map(|name| (format!("{name}.toml"), keyed(name)));
        assert_eq!(files(&self.brands), expected);
        // The same once more is the same.
        let again = put(url, GARDEN, &keyed(GARDEN));
        assert_eq!((again.status, again.json()), (200, tenant));
        assert_eq!(
            self.mina(&key_of(GARDEN, "admin")).fine()["counters"]["events"],
            1
        );
    }

    fn changes(&self) {
        let url = &self.service.url;
        let replaced = put(url, GARDEN, &changed());
        assert_eq!(
            (replaced.status, &replaced.json()["status"]),
            (200, &json!("ready"))
        );
        assert_eq!(self.mina(&key_of(GARDEN, "admin")).status, 401);
        assert_eq!(self.mina(NEW_KEY).fine()["counters"]["events"], 1);
    }

    /// Fails unless a file is refused, which says what is wrong, and nothing is another way than before.
    fn refuses(&self, text: &str, said: &[&str]) {
        let url = &self.service.url;
        let before = (files(&self.brands), listed(url));
        for name in [GARDEN, BANK] {
            let refused = put(url, name, text);
            assert_eq!(
                (refused.status, &refused.json()["code"]),
                (422, &json!("bad_tenant")),
                "{text}"
            );
            let problems = refused.json()["problems"].clone();
            assert!(!problems.as_array().unwrap().is_empty(), "{refused:?}");
            for what in said {
                assert!(problems.to_string().contains(what), "{what} is not in {problems}");
            }
            assert!(!refused.text().contains(SLIP), "{refused:?}");
        }
        assert_eq!((files(&self.brands), listed(url)), before);
        assert_eq!(self.mina(NEW_KEY).status, 200);
    }

    fn stays_where_a_change_is_refused(&self) {
        let fine = changed();
        self.refuses(
            &format!("{fine}[engine]\nbatch_events_max = 0\n"),
            &["engine.batch_events_max"],
        );
        self.refuses(&format!("{fine}[stroe]\ncache_bytes = 1\n"), &["stroe"]);
        self.refuses("[data]\nkey_file = \"/etc/passwd\"\n", &["data"]);
        self.refuses(&keyed(SHOP), &["keys.", "tenant shop"]);
        let operators = format!(
            "[keys.mine]\nrole = \"admin\"\nsha256 = \"{}\"\n",
            sha256(crate::tenants::brands::OPERATOR)
        );
        self.refuses(&operators, &["keys.mine", "keys.operator of the process"]);
        for slipped in [
            format!("[http]\nread_key = [\"{SLIP}\"]\n"),
            format!("[http]\nread_key = \"{SLIP}\n"),
            format!("[http]\nread_kye = \"{SLIP}\"\n"),
            format!("[http]\nread_key = \"{SLIP} {SLIP}\"\n"),
            format!("[keys]\nadmin = \"{SLIP}\"\n"),
            format!("[keys.admin]\nrole = \"admin\"\nkey = \"{SLIP}\"\n"),
            format!("[keys.admin]\nrole = \"admin\"\nsha256 = \"{SLIP}\"\n"),
            format!("http = \"{SLIP}\"\n"),
            format!("= \"{SLIP}\"\n"),
        ] {
            self.refuses(&slipped, &[]);
        }
        let mut bytes = raw::request(
            ["PUT", &of(GARDEN)],
            &[(
                "Authorization",
                &format!("Bearer {}", crate::tenants::brands::OPERATOR),
            )],
            "##",
        );
        bytes.truncate(bytes.len() - 2);
        bytes.extend([0xff, 0xfe]);
        assert_eq!(raw::answer(&self.service.url, &bytes).status, 422);
        let large = put(&self.service.url, GARDEN, &"#".repeat((256 << 10) + 1));
        assert_eq!(large.status, 413, "{large:?}");
        assert_eq!(self.mina(NEW_KEY).status, 200);
    }

    fn goes(&self) {
        let url = &self.service.url;
        let bearer = format!("Bearer {NEW_KEY}");
        let target = format!("/t/{GARDEN}/v1/updates");
        let asking = raw::request(["GET", &target], &[("Authorization", &bearer)], "");
        let mut stream = Line::open(url, &asking);
        assert!(stream.until(|said| said.contains("retry:")).contains("200 OK"));
        let gone = removed(url, GARDEN);
        assert_eq!((gone.status, gone.body.as_str()), (204, ""));
        stream.until(|_| false);
        for reply in [told(url, GARDEN), removed(url, GARDEN), self.mina(NEW_KEY)] {
            assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("no_tenant")));
        }
        assert_eq!(fares(url), all_ready(&[AIRLINE, SHOP]));
        assert!(!self.brands.file(GARDEN).exists() && self.brands.data(GARDEN).is_dir());
    }

    fn comes_again(&self) {
        let url = &self.service.url;
        assert_eq!(put(url, GARDEN, &keyed(GARDEN)).status, 201);
        assert_eq!(
            self.mina(&key_of(GARDEN, "admin")).fine()["counters"]["events"],
            1
        );
        let again = sent(url, GARDEN, &event()).fine();
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(1)));
    }
}

#[test]
fn a_tenant_comes_changes_and_goes_as_the_operator_says() {
    let brands = Brands::two();
    let service = start(&brands);
    let posting = Posting::begin(&service.url, SHOP);
    let house = House { brands, service };
    house.comes();
    posting.goes_on();
    house.changes();
    house.stays_where_a_change_is_refused();
    posting.goes_on();
    house.goes();
    house.comes_again();
    posting.end(&house.service.url);

    let House { brands, service } = house;
    let log = service.stop();
    tells_no_key(&log);
    assert!(!log.contains(NEW_KEY) && !log.contains(SLIP), "{log}");
    // Who had it is noted.
    let noted = log.lines().filter(|line| line.contains("administer a tenant"));
    let named = noted.filter(|line| line.contains("operator")).count();
    assert!(named >= 5, "{named} of the changes are noted: {log}");
    let service = start(&brands);
    assert_eq!(fares(&service.url), all_ready(&[AIRLINE, GARDEN, SHOP]));
    let house = House { brands, service };
    assert_eq!(
        house.mina(&key_of(GARDEN, "admin")).fine()["counters"]["events"],
        1
    );
    house.service.stop();
}

/// Who asks for a change and hangs up is noted as whoever waits.
#[test]
fn who_had_a_tenant_removed_is_noted_though_they_hung_up() {
    let brands = Brands::two();
    let service = start(&brands);
    let bearer = format!("Bearer {OPERATOR}");
    let removal = raw::request(["DELETE", &of(SHOP)], &[("Authorization", &bearer)], "");
    wait_for("what somebody asked for who hung up to be done", || {
        // One that the process had not begun with by then is none.
        drop(Line::open(&service.url, &removal));
        (!brands.file(SHOP).exists()).then_some(())
    });
    wait_for("who had it done to be noted", || {
        let log = service.running.log();
        let mut noted = log.lines().filter(|line| line.contains("administer a tenant"));
        noted
            .any(|line| line.contains("operator") && line.contains("Removed"))
            .then_some(())
    });
    service.stop();
}

/// What is put in place by hand is looked at with the next change, too.
#[test]
fn a_file_that_cannot_be_used_is_told_with_what_is_wrong_and_no_key() {
    let brands = Brands::two();
    let service = start(&brands);
    let url = &service.url;
    let ill = |text: &str| format!("{text}[http]\nread_key = \"{SLIP}\"\n[engine]\nbatch_events_max = 0\n");
    brands.put(BANK, &ill(&keyed(BANK)));
    brands.put(SHOP, &ill(&keyed(SHOP)));
    fs::write(brands.file(GARDEN), [0xff]).unwrap();
    assert_eq!(put(url, AIRLINE, &keyed(AIRLINE)).status, 200);
    for (name, said) in [
        (BANK, "engine.batch_events_max"),
        (SHOP, "engine.batch_events_max"),
        (GARDEN, "garden.toml"),
    ] {
        let tenant = told(url, name).fine();
        assert_eq!(tenant["status"], "refused", "{tenant}");
        let problem = tenant["problem"].as_str().unwrap();
        assert!(problem.contains(said) && !problem.contains(SLIP), "{problem}");
    }
    // Who was served before is served as before.
    assert_eq!(sent(url, SHOP, &event()).fine()["accepted"], 1);
    assert_eq!(operated(url, ["GET", "/t/bank/readyz"], "").status, 404);
    assert_eq!(put(url, GARDEN, &keyed(GARDEN)).status, 200);
    assert_eq!(put(url, SHOP, &keyed(SHOP)).fine()["problem"], Value::Null);
    assert_eq!(removed(url, BANK).status, 204);
    assert_eq!(fares(url), all_ready(&[AIRLINE, GARDEN, SHOP]));
    let log = service.stop();
    tells_no_key(&log);
    assert!(!log.contains(SLIP), "{log}");
}

/// Each file is long enough for two who write it at once to be mixed.
#[test]
fn of_two_who_say_something_at_once_each_is_heard_wholly() {
    const ROUNDS: usize = 6;
    let brands = Brands::two();
    let service = start(&brands);
    let keys = ["a-key-of-one-0123456789", "a-key-of-another-0123456789"];
    let texts = keys.map(|key| {
        let comment = format!("# {}\n", key.len()).repeat(40_000);
        let text = keyed(GARDEN).replace(&sha256(&key_of(GARDEN, "admin")), &sha256(key));
        format!("{comment}{text}")
    });
    let putting = texts.each_ref().map(|text| {
        let (url, text) = (service.url.clone(), text.clone());
        thread::spawn(move || {
            (0..ROUNDS)
                .map(|_| put(&url, GARDEN, &text).status)
                .collect::<Vec<_>>()
        })
    });
    let mut statuses: Vec<u16> = putting.into_iter().flat_map(|one| one.join().unwrap()).collect();
    statuses.sort_unstable();
    let mut expected = vec![200; 2 * ROUNDS];
    expected[2 * ROUNDS - 1] = 201;
    assert_eq!(statuses, expected);

    let file = fs::read_to_string(brands.file(GARDEN)).unwrap();
    let last = texts.iter().position(|text| *text == file).expect("a mixed file");
    assert_eq!(files(&brands).len(), 3, "an unfinished file is left");
    let house = House { brands, service };
    for (number, key) in keys.into_iter().enumerate() {
        let expected = if number == last { 404 } else { 401 };
        assert_eq!(
            house.mina(key).status,
            expected,
            "served by another file than is there"
        );
    }
    house.service.stop();
}
