//! Amazon Connect: the Lambda function, invoked with the events that a flow sends.

use std::{collections::BTreeSet, net::TcpListener, process::Command};

use serde_json::{Value, json};

use crate::{
    asking::recipe,
    customers::{CALLERS, House, KNOWN, OF_KNOWN, READ_KEY},
    flat::{Flat, KEYS, check_form, check_told, read, whole},
    installed::{are_there, without_proxies},
    process::printed,
};

/// What the block takes.
const BYTES_MAX: usize = 32 << 10;

/// Reads an event and prints what the handler makes of it, as Lambda does.
const LAMBDA: &str = "import json, sys\n\
    sys.path.insert(0, sys.argv[1])\n\
    import amazon_connect\n\
    json.dump(amazon_connect.handler(json.load(sys.stdin), None), sys.stdout)\n";

/// The answer of the function where the service is at `url`.
fn invoke(url: &str, key: &str, event: &Value) -> Flat {
    let mut lambda = Command::new("python3");
    without_proxies(&mut lambda);
    lambda
        .args(["-c", LAMBDA])
        .arg(recipe(""))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("YEKTA_URL", url)
        .env("YEKTA_READ_KEY", key);
    let answer = printed(lambda, event.to_string().as_bytes());
    assert!(answer.len() <= BYTES_MAX, "{} bytes", answer.len());
    read(&answer)
}

/// The event of a contact from `endpoint`, as the documentation of the platform shows it.
fn contact(endpoint: &Value, parameters: &Value) -> Value {
    json!({"Name": "ContactFlowEvent", "Details": {
        "ContactData": {
            "Attributes": {}, "Channel": "VOICE", "ContactId": "4a573372-1f28-4e26-b97b-000000000000",
            "CustomerEndpoint": endpoint, "InitialContactId": "4a573372-1f28-4e26-b97b-000000000000",
            "InitiationMethod": "INBOUND", "InstanceARN": "arn:aws:connect:region:1234567890:instance/i",
            "PreviousContactId": "4a573372-1f28-4e26-b97b-000000000000", "Queue": null,
            "SystemEndpoint": {"Address": "+982100000001", "Type": "TELEPHONE_NUMBER"}},
        "Parameters": parameters}})
}

fn from(number: &str) -> Value {
    contact(
        &json!({"Address": number, "Type": "TELEPHONE_NUMBER"}),
        &json!({}),
    )
}

#[test]
fn a_flow_gets_a_map_of_texts_whoever_is_calling() {
    if !are_there(&["python3"]) {
        return;
    }
    let house = House::open();
    for (number, told) in CALLERS {
        let answer = whole(|| invoke(house.url(), READ_KEY, &from(number)));
        assert_eq!(answer.len(), KEYS);
        check_form(&answer);
        check_told(&answer, told);
    }
    // Without an endpoint the number is hidden; and the menu may have asked for one, in the way it is dialled at home.
    let without = whole(|| invoke(house.url(), READ_KEY, &contact(&Value::Null, &Value::Null)));
    check_told(&without, &[("match", "none"), ("why", "withheld")]);
    let typed = json!({"phone": "0912 345 6789", "region": "IR"});
    let typed = whole(|| invoke(house.url(), READ_KEY, &contact(&Value::Null, &typed)));
    check_told(&typed, OF_KNOWN);
    house.close();
}

#[test]
fn a_flow_gets_the_same_map_where_the_service_cannot_be_asked() {
    if !are_there(&["python3"]) {
        return;
    }
    let house = House::open();
    let known = whole(|| invoke(house.url(), READ_KEY, &from(KNOWN)));
    let names: BTreeSet<&String> = known.keys().collect();
    // Takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("http://{}", silent.local_addr().unwrap());
    let refused = invoke(house.url(), "another key", &from(KNOWN));
    let unheard = invoke(&silent_url, READ_KEY, &from(KNOWN));
    let nowhere = invoke("not an address", READ_KEY, &from(KNOWN));
    for answer in [refused, unheard, nowhere] {
        check_form(&answer);
        check_told(
            &answer,
            &[("match", "none"), ("why", "unavailable"), ("first_name", "")],
        );
        assert_eq!(answer.keys().collect::<BTreeSet<_>>(), names);
    }
    house.close();
}
