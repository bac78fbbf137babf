//! The lease as it lies in its bucket, given back at an end that was asked for; and what operators are told of members and
//! streams by `yekta cluster status`.

use serde_json::{Value, json};

use crate::{
    broker::{EVENTS, JOURNAL},
    process::{printed, wait_for, yekta},
    town::{LONG_LEASE_MS, Town},
};

#[test]
fn the_lease_says_who_owns_the_tenant_and_is_given_back() {
    let mut town = Town::without_members(LONG_LEASE_MS);
    town.join("a");
    let lease = town.lease().expect("an owner holds the lease");
    assert_eq!(lease["name"], "a", "{lease}");
    assert_eq!(lease["url"], town.members[0].url(), "{lease}");
    for part in ["id", "since"] {
        assert!(
            lease[part].as_str().is_some_and(|text| !text.is_empty()),
            "{lease}"
        );
    }
    // A standby that ends gives nothing back.
    town.join("b");
    town.stop(1);
    assert_eq!(town.lease().unwrap()["id"], lease["id"]);
    town.stop(0);
    assert_eq!(
        town.lease(),
        None,
        "the next one would have to wait until it lapses"
    );

    // Another term of the same process's folder is another one.
    town.start(0);
    town.wait_until(0, "owner");
    assert_ne!(town.lease().unwrap()["id"], lease["id"]);
    town.stop(0);
}

#[test]
fn operators_are_told_of_members_and_streams() {
    let mut town = Town::of_one(LONG_LEASE_MS);
    let owner = town.owner();
    let ask = |more: &[&str]| {
        let mut command = yekta(["cluster", "status", "--nats-url"]);
        command.arg(town.servers.url()).args(more);
        printed(command, b"")
    };
    // Who does not answer at once is not told of.
    let told = wait_for("both members to be told of", || {
        let told: Value = serde_json::from_str(&ask(&["--json"])).unwrap();
        (told["members"].as_array()?.len() == 2).then_some(told)
    });
    let members = told["members"].as_array().unwrap();
    let role_of = |name: &str| {
        let member = members.iter().find(|member| member["name"] == name);
        member.unwrap_or_else(|| panic!("no {name} in {told}"))["role"].clone()
    };
    let [one, other] = [owner, 1 - owner].map(|member| &town.members[member].name);
    assert_eq!([role_of(one), role_of(other)], [json!("owner"), json!("standby")]);
    let plain = wait_for("both members to be printed", || {
        let plain = ask(&[]);
        ["owner", "standby"]
            .iter()
            .all(|role| plain.contains(role))
            .then_some(plain)
    });
    for part in [one, other, "owner", "standby", EVENTS, JOURNAL] {
        assert!(plain.contains(part), "{part} is not in {plain}");
    }
    // Whoever went is no member any more.
    let gone = town.members[1 - owner].name.clone();
    town.stop(1 - owner);
    wait_for("the one that went to be gone", || {
        let mut command = yekta(["cluster", "status", "--json", "--nats-url"]);
        command.arg(town.servers.url());
        let told: Value = serde_json::from_str(&printed(command, b"")).unwrap();
        let mut members = told["members"].as_array().unwrap().iter();
        members.all(|member| member["name"] != gone).then_some(())
    });
    town.stop_all();
}
