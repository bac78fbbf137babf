//! Twilio Studio: the flow, walked from an incoming call to what is said, with its Liquid filled and its request sent.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    asking::{basic, get, percent_encoded, recipe_text},
    customers::{HIDDEN, House, KNOWN, OF_HIDDEN, OF_KNOWN, OF_SHARED, READ_KEY, SHARED, SUBJECT, Told},
    flat::{Flat, KEYS, check_form, check_told, is_whole, read},
    process::wait_for,
};

/// What the widget takes.
const BYTES_MAX: usize = 64 << 10;
/// Widgets on the way of a call, at most: a flow that goes round in circles fails.
const STEPS_MAX: usize = 20;

/// A call on its way through the flow.
struct Call {
    flow: Value,
    /// What stands in place of the host and the read key of the file.
    settings: [(&'static str, String); 2],
    /// Liquid's variables by their paths.
    variables: BTreeMap<String, String>,
    answer: Flat,
    said: Vec<String>,
}

impl Call {
    fn from(number: &str, url: &str) -> Self {
        let host = url.strip_prefix("http://").unwrap();
        Self {
            flow: serde_json::from_str(&recipe_text("twilio_studio.json")).unwrap(),
            settings: [
                ("YEKTA_HOST", host.to_owned()),
                ("YEKTA_READ_KEY", READ_KEY.to_owned()),
            ],
            variables: BTreeMap::from([("trigger.call.From".to_owned(), number.to_owned())]),
            answer: Flat::new(),
            said: Vec::new(),
        }
    }

    /// Goes the whole way.
    fn walk(mut self) -> Self {
        let first = self.state(self.flow["initial_state"].as_str().unwrap());
        let mut next = next_of(&first, "incomingCall");
        for _ in 0..STEPS_MAX {
            let Some(name) = next else { return self };
            let state = self.state(&name);
            next = self.enter(&state);
        }
        panic!("goes on and on: {:?}", self.said)
    }

    fn state(&self, name: &str) -> Value {
        let states = self.flow["states"].as_array().unwrap();
        let state = states.iter().find(|state| state["name"] == name);
        state.unwrap_or_else(|| panic!("no state {name}")).clone()
    }

    /// Does what a widget does, and gives the name of the next one.
    fn enter(&mut self, state: &Value) -> Option<String> {
        let properties = &state["properties"];
        match state["type"].as_str().unwrap() {
            "set-variables" => {
                for variable in properties["variables"].as_array().unwrap() {
                    self.set(
                        variable["key"].as_str().unwrap(),
                        variable["value"].as_str().unwrap(),
                    );
                }
                next_of(state, "next")
            }
            "make-http-request" => {
                let event = self.request(state["name"].as_str().unwrap(), properties);
                next_of(state, event)
            }
            "split-based-on" => self.split(state),
            "say-play" => {
                let text = self.filled(properties["say"].as_str().unwrap());
                self.said.push(text);
                next_of(state, "audioComplete")
            }
            other => panic!("a widget {other}"),
        }
    }

    fn set(&mut self, key: &str, value: &str) {
        let setting = self.settings.iter().find(|(name, _)| *name == value);
        let (_, setting) = setting.unwrap_or_else(|| panic!("{value} is no setting"));
        self.variables
            .insert(format!("flow.variables.{key}"), setting.clone());
    }

    /// Sends the request of a widget; what comes of it are variables.
    fn request(&mut self, name: &str, properties: &Value) -> &'static str {
        assert_eq!(properties["method"], "GET");
        let address = self.filled(properties["url"].as_str().unwrap());
        let address = address.strip_prefix("https://").unwrap();
        let (credentials, place) = address.split_once('@').unwrap();
        let (user, password) = credentials.split_once(':').unwrap();
        // What ends TLS stands before the service.
        let (status, body) = get(&format!("http://{place}"), Some(&basic(user, password)));
        if !(200..300).contains(&status) {
            return "failed";
        }
        assert!(body.len() <= BYTES_MAX, "{} bytes", body.len());
        self.answer = read(&body);
        for (key, text) in &self.answer {
            let path = format!("widgets.{name}.parsed.{key}");
            self.variables.insert(path, text.as_str().unwrap().to_owned());
        }
        "success"
    }

    /// The way that a split takes.
    fn split(&self, state: &Value) -> Option<String> {
        let is_met = |condition: &Value| {
            assert_eq!(condition["type"], "equal_to");
            let argument = condition["arguments"][0].as_str().unwrap();
            assert_eq!(state["properties"]["input"], argument);
            condition["value"] == self.filled(argument).as_str()
        };
        let transitions = state["transitions"].as_array().unwrap();
        let matching = transitions.iter().find(|transition| {
            let conditions = transition["conditions"].as_array();
            transition["event"] == "match" && conditions.is_some_and(|all| all.iter().all(is_met))
        });
        match matching {
            Some(transition) => transition["next"].as_str().map(str::to_owned),
            None => next_of(state, "noMatch"),
        }
    }

    /// A text whose Liquid is filled.
    fn filled(&self, template: &str) -> String {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            let (expression, after) = after.split_once("}}").unwrap();
            filled.push_str(before);
            filled.push_str(&self.value(expression));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, expression: &str) -> String {
        let (path, filter) = expression.split_once('|').unwrap_or((expression, ""));
        let path = path.trim();
        let text = self
            .variables
            .get(path)
            .unwrap_or_else(|| panic!("nothing is called {path}"));
        match filter.trim() {
            "" => text.clone(),
            "url_encode" => percent_encoded(text),
            other => panic!("a filter {other}"),
        }
    }
}

/// Where a widget leads after `event`.
fn next_of(state: &Value, event: &str) -> Option<String> {
    let transitions = state["transitions"].as_array().unwrap();
    let transition = transitions.iter().find(|transition| transition["event"] == event);
    let transition = transition.unwrap_or_else(|| panic!("{state} does not say what after {event}"));
    transition["next"].as_str().map(str::to_owned)
}

/// What a caller hears, once the answer is whole.
fn heard(number: &str, url: &str, told: &Told) -> Vec<String> {
    let call = wait_for("a whole answer", || {
        let call = Call::from(number, url).walk();
        is_whole(&call.answer).then_some(call)
    });
    assert_eq!(call.answer.len(), KEYS);
    check_form(&call.answer);
    check_told(&call.answer, told);
    call.said
}

#[test]
fn a_caller_is_greeted_by_name_only_where_the_number_is_one_customers() {
    let house = House::open();
    let known = [
        "Welcome back, Mina.".to_owned(),
        format!("You are calling about {SUBJECT}."),
        "One moment, please.".to_owned(),
    ];
    assert_eq!(heard(KNOWN, house.url(), OF_KNOWN), known);
    let stranger = ["Welcome.", "One moment, please."];
    assert_eq!(heard(HIDDEN, house.url(), OF_HIDDEN), stranger);
    assert_eq!(heard(SHARED, house.url(), OF_SHARED), stranger);
    // Refused, as with a wrong key, the call goes on as a stranger's.
    let mut call = Call::from(KNOWN, house.url());
    call.settings[1].1 = "another-key".to_owned();
    assert_eq!(call.walk().said, stranger);
    house.close();
}

#[test]
fn every_way_through_the_flow_leads_somewhere() {
    let flow = Call::from(KNOWN, "http://nowhere").flow;
    let states = flow["states"].as_array().unwrap();
    for state in states {
        for transition in state["transitions"].as_array().unwrap() {
            let Some(next) = transition["next"].as_str() else {
                continue;
            };
            assert!(states.iter().any(|other| other["name"] == next), "{next}");
        }
    }
    assert_eq!(flow["flags"]["allow_concurrent_calls"], true);
}
