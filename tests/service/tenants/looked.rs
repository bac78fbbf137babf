//! Tenants that come, change and go while the process runs, and one who posts to another all the while.

use std::{fs, process::Output};

use serde_json::{Value, json};

use crate::{
    process::{Service, output, printed, wait_for},
    tenants::{
        brands::{
            AIRLINE, Brands, NAMES, OPERATOR, SHOP, asked, got, key_of, keyed, readiness, sent, sha256,
            wait_for_a_look,
        },
        posting::Posting,
        raw::{self, Line},
    },
};

const GARDEN: &str = "garden";
const BANK: &str = "bank";
const BROKEN: &str = "broken";
const NEW_KEY: &str = "a-new-key-of-airline-admin-4711";

/// A page view; its id is that of every tenant.
fn event() -> Value {
    json!({"id": "e-1", "source": "web/pages", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "mina", "trust": "verified"}]})
}

/// A process whose tenants come and go.
struct House {
    brands: Brands,
    service: Service,
}

impl House {
    fn add(&self, name: &str, text: &str, by_standard_input: bool) -> Output {
        let draft = self.brands.beside("offered.toml");
        fs::write(&draft, text).unwrap();
        if by_standard_input {
            let command = self.brands.command(&["tenant", "add", name, "-"]);
            return output(command, text.as_bytes());
        }
        let mut command = self.brands.command(&["tenant", "add", name]);
        command.arg(&draft);
        output(command, b"")
    }

    fn adds(&self, name: &str, by_standard_input: bool) {
        let added = self.add(name, &keyed(name), by_standard_input);
        assert!(added.status.success(), "{added:?}");
        let text = fs::read_to_string(self.brands.file(name)).unwrap();
        assert!(text.contains(&sha256(&key_of(name, "admin"))), "{text}");
    }

    /// Fails unless a file is refused: nothing is put in place, what is wrong is named, and no key.
    fn refuses(&self, name: &str, text: &str, said: &[&str]) {
        for by_standard_input in [false, true] {
            let refused = self.add(name, text, by_standard_input);
            let told = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success(), "{name}: {told}");
            for what in said {
                assert!(told.contains(what), "{what:?} is not in {told}");
            }
            check_no_key_in(&told);
            assert!(!self.brands.file(name).exists(), "{name} was put in place");
        }
    }

    /// The tenants, whatever is to be said of their files.
    fn list(&self) -> String {
        let list = output(self.brands.command(&["tenant", "list"]), b"");
        String::from_utf8(list.stdout).unwrap()
    }

    /// Status of a tenant's word on whether it is ready.
    fn status(&self, tenant: &str) -> u16 {
        let target = format!("/t/{tenant}/readyz");
        raw::ask(&self.service.url, ["GET", &target], &[], "").status
    }

    fn is_served_within_a_look(&self, tenant: &str) {
        wait_for_a_look(tenant, || (self.status(tenant) == 200).then_some(()));
    }

    /// How many lines of the log have this.
    fn lines(&self, what: &str) -> usize {
        let log = self.service.running.log();
        log.lines().filter(|line| line.contains(what)).count()
    }

    fn count(&self, tenant: &str, key: &str) -> Value {
        let profile = ["GET", "/v1/profiles/user_id:mina"];
        let profile = asked(&self.service.url, [tenant, key], profile, &Value::Null).fine();
        profile["counters"]["events"].clone()
    }

    /// Two come by a command, one that cannot be used and a change that cannot be by hand.
    fn some_come(&self) {
        let url = &self.service.url;
        self.adds(GARDEN, false);
        self.adds(BANK, true);
        let list = self.list();
        for name in [SHOP, AIRLINE, GARDEN, BANK] {
            assert!(list.lines().any(|line| line.contains(name)), "{name}: {list}");
        }
        self.refuses(
            "ill",
            "[engine]\nbatch_events_max = 0\n",
            &["engine.batch_events_max"],
        );
        self.refuses("ill", "[http]\nlisten = \"127.0.0.1:1\"\n", &["http.listen"]);
        self.refuses("ill", "[stroe]\ncache_bytes = 1\n", &["stroe"]);
        self.refuses("ill", "[keys.x\n", &[]);
        self.refuses("ill", &keyed(SHOP), &["keys."]);
        self.refuses("Ill-1", &keyed("ill"), &["Ill-1"]);
        // Of one that is there, too: it stays as it is.
        let refused = self.add(SHOP, "[stroe]\ncache_bytes = 1\n", false);
        assert!(!refused.status.success(), "{refused:?}");
        assert_eq!(fs::read_to_string(self.brands.file(SHOP)).unwrap(), keyed(SHOP));
        self.brands.put(
            BROKEN,
            &format!("{}[engine]\nbatch_events_max = 0\n", keyed(BROKEN)),
        );
        let changed = keyed(AIRLINE).replace(
            &sha256(&key_of(AIRLINE, "admin")),
            &sha256("a-key-that-never-holds-0000"),
        );
        self.brands
            .put(AIRLINE, &format!("{changed}[engine]\nqueue_batches_max = 0\n"));

        self.is_served_within_a_look(GARDEN);
        self.is_served_within_a_look(BANK);
        for setting in ["engine.batch_events_max", "engine.queue_batches_max"] {
            wait_for_a_look(setting, || (self.lines(setting) > 0).then_some(()));
        }
        assert_eq!(self.status(BROKEN), 404);
        assert!(!self.brands.data(BROKEN).exists());
        assert_eq!(self.count(AIRLINE, &key_of(AIRLINE, "admin")), 1);
        let ready = readiness(url).fine();
        assert_eq!(ready, json!({"status": "ready", "tenants": 4, "ready": 4}));
        sent(url, GARDEN, &event()).fine();
        assert_eq!(self.count(GARDEN, &key_of(GARDEN, "admin")), 1);
    }

    /// One gets another key, one goes.
    fn one_changes_and_one_goes(&self) {
        let url = &self.service.url;
        let bearer = format!("Bearer {}", key_of(GARDEN, "admin"));
        let target = format!("/t/{GARDEN}/v1/updates");
        let asking = raw::request(["GET", &target], &[("Authorization", &bearer)], "");
        let mut stream = Line::open(url, &asking);
        assert!(stream.until(|said| said.contains("retry:")).contains("200 OK"));

        let changed = keyed(AIRLINE).replace(&sha256(&key_of(AIRLINE, "admin")), &sha256(NEW_KEY));
        self.brands.put(AIRLINE, &changed);
        printed(self.brands.command(&["tenant", "remove", GARDEN]), b"");
        assert!(!self.brands.file(GARDEN).exists());
        let list = self.list();
        assert!(!list.contains(GARDEN) && list.contains(BANK), "{list}");
        let profile = ["GET", "/v1/profiles/user_id:mina"];
        wait_for_a_look("the new key", || {
            let reply = asked(url, [AIRLINE, NEW_KEY], profile, &Value::Null);
            (reply.status == 200).then_some(())
        });
        let former = asked(url, [AIRLINE, &key_of(AIRLINE, "admin")], profile, &Value::Null);
        assert_eq!(former.status, 401, "{former:?}");
        assert_eq!(self.count(AIRLINE, NEW_KEY), 1);

        wait_for_a_look("the garden to be gone", || {
            (self.status(GARDEN) == 404).then_some(())
        });
        stream.until(|_| false);
        let gone = got(url, GARDEN, "/v1/rejections");
        assert_eq!((gone.status, &gone.json()["code"]), (404, &json!("no_tenant")));
        assert!(self.brands.data(GARDEN).is_dir());
        // What is measured goes with it, once it has ended.
        let label = |tenant: &str| format!("tenant=\"{tenant}\"");
        let figures = wait_for("the figures of the garden to be gone", || {
            let figures = raw::ask(url, ["GET", "/metrics"], &[], "").body;
            (!figures.contains(&label(GARDEN))).then_some(figures)
        });
        for tenant in [SHOP, AIRLINE, BANK] {
            assert!(figures.contains(&label(tenant)), "{tenant}");
        }
        for setting in ["engine.batch_events_max", "engine.queue_batches_max"] {
            assert_eq!(self.lines(setting), 1, "{setting} was told at every look");
        }
    }

    /// The one that went comes again, and knows what it knew.
    fn one_comes_again(&self) {
        fs::remove_file(self.brands.file(BROKEN)).unwrap();
        self.adds(GARDEN, true);
        self.is_served_within_a_look(GARDEN);
        assert_eq!(self.count(GARDEN, &key_of(GARDEN, "admin")), 1);
        let again = sent(&self.service.url, GARDEN, &event()).fine();
        assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(1)));
    }
}

/// Fails where a key that somebody has stands in a text.
fn check_no_key_in(text: &str) {
    for tenant in [SHOP, AIRLINE, GARDEN, BANK, BROKEN] {
        for name in NAMES {
            assert!(!text.contains(&key_of(tenant, name)), "{text}");
        }
    }
    assert!(!text.contains(OPERATOR) && !text.contains(NEW_KEY), "{text}");
}

#[test]
fn tenants_come_change_and_go_and_another_notices_nothing() {
    let brands = Brands::two();
    let service = brands.start();
    let posting = Posting::begin(&service.url, SHOP);
    sent(&service.url, AIRLINE, &event()).fine();
    let house = House { brands, service };
    house.some_come();
    posting.goes_on();
    house.one_changes_and_one_goes();
    posting.goes_on();
    house.one_comes_again();
    posting.end(&house.service.url);
    let log = house.service.stop();
    check_no_key_in(&log);
}
