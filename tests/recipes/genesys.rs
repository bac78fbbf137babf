//! Genesys Cloud: the data action, read and run as the platform documents it. Request templates are filled, translation
//! maps pick fragments of JSON out of the answer, and a success template puts them together again.

use serde_json::{Value, json};

use crate::{
    asking::{get, percent_encoded, recipe_text},
    customers::{CALLERS, House, READ_KEY},
    flat::{Flat, check_form, check_told, read, whole},
};

/// The action, and the credentials of its integration.
struct Action {
    action: Value,
    credentials: [(&'static str, String); 2],
}

impl Action {
    fn of(url: &str) -> Self {
        Self {
            action: serde_json::from_str(&recipe_text("genesys_data_action.json")).unwrap(),
            credentials: [
                ("YEKTA_URL", url.to_owned()),
                ("YEKTA_READ_KEY", READ_KEY.to_owned()),
            ],
        }
    }

    /// A template of the request with all of its references filled.
    fn filled(&self, template: &Value, phone: &str) -> String {
        let mut text = template.as_str().unwrap().to_owned();
        text = text.replace("$esc.url(${input.PHONE})", &percent_encoded(phone));
        for (name, value) in &self.credentials {
            text = text.replace(&format!("${{credentials.{name}}}"), value);
        }
        assert!(!text.contains('$'), "{template} is not filled");
        text
    }

    /// What the platform makes of the answer `raw`.
    fn resolved(&self, raw: &Flat) -> Flat {
        let response = &self.action["config"]["response"];
        let mut text = response["successTemplate"].as_str().unwrap().to_owned();
        for (name, path) in response["translationMap"].as_object().unwrap() {
            let member = path.as_str().and_then(|path| path.strip_prefix("$.")).unwrap();
            // What is picked is written as JSON; so are the defaults.
            let fragment = match raw.get(member) {
                Some(found) => found.to_string(),
                None => response["translationMapDefaults"][name]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            };
            text = text.replacen(&format!("${{{name}}}"), &fragment, 1);
        }
        read(&text)
    }

    /// The output of the action for a caller.
    fn run(&self, phone: &str) -> Flat {
        let request = &self.action["config"]["request"];
        assert_eq!(request["requestType"], "GET");
        let url = self.filled(&request["requestUrlTemplate"], phone);
        let authorization = self.filled(&request["headers"]["Authorization"], phone);
        let (status, body) = get(&url, Some(&authorization));
        assert_eq!(status, 200, "{body}");
        self.resolved(&read(&body))
    }

    /// Whether an output is what the contract says.
    fn check_contract(&self, output: &Flat) {
        let schema = &self.action["contract"]["output"]["successSchema"];
        let properties = schema["properties"].as_object().unwrap();
        assert!(output.keys().eq(properties.keys()), "{output:?}");
        assert!(properties.values().all(|property| property["type"] == "string"));
        check_form(output);
    }
}

#[test]
fn the_file_is_what_the_platform_imports() {
    let action = Action::of("").action;
    assert_eq!(action["integrationType"], "custom-rest-actions");
    assert_eq!(action["actionType"], "custom");
    let input = &action["contract"]["input"]["inputSchema"];
    assert_eq!(input["required"], json!(["PHONE"]));
    assert_eq!(input["properties"]["PHONE"]["type"], "string");
    let response = &action["config"]["response"];
    let names = |map: &Value| map.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&response["translationMap"]),
        names(&response["translationMapDefaults"])
    );
}

#[test]
fn an_action_has_the_output_of_its_contract_whoever_is_calling() {
    let house = House::open();
    let action = Action::of(house.url());
    for (number, told) in CALLERS {
        let output = whole(|| action.run(number));
        action.check_contract(&output);
        check_told(&output, told);
    }
    // Where the answer has nothing that is looked for, the defaults are the contract still.
    let output = action.resolved(&Flat::new());
    action.check_contract(&output);
    check_told(
        &output,
        &[("match", "none"), ("why", "unavailable"), ("first_name", "")],
    );
    house.close();
}
