//! Each SDK tells its story: what arrives is what its golden file says; and where the first requests fail, every event
//! arrives all the same, and counts once.

use crate::{
    api::Api,
    arrived::{events, told, types},
    go_between::{Fault, GoBetween},
    process::{Service, serve, wait_for},
    sdk::{Bundle, Sdk},
};

const USER: &str = "customer-7";
/// What happens to the first three requests that post something.
const FAULTS: [Fault; 3] = [Fault::Unavailable, Fault::TooMany, Fault::Taken];

/// Has an SDK tell its story; gives what arrived.
fn heard(sdk: Sdk, faults: &[Fault]) -> Option<Vec<serde_json::Value>> {
    if !sdk.is_there() {
        return None;
    }
    let (between, data) = (GoBetween::start(faults), tempfile::tempdir().unwrap());
    let mut command = serve(data.path());
    // Where pages are told to send to.
    command.env("YEKTA_HTTP__PUBLIC_URL", &between.url);
    let service = Service::of(command);
    between.to(&service.url);
    let telling = sdk.tell(&between.url, USER);
    let api = Api::of(&service.url);
    let story = sdk.story();
    let arrived = events(&api, USER, story.len());
    if faults.contains(&Fault::Taken) {
        wait_for("what was taken to be sent again", || {
            (between.repeated() > 0).then_some(())
        });
    }
    telling.end();
    assert!(between.is_healed());
    assert_eq!(types(&arrived), story);
    let profile = api.get(&format!("/v1/profiles/user_id:{USER}"));
    assert_eq!(profile["counters"]["events"], story.len());
    assert_eq!(profile["traits"]["first_name"], "Sara");
    assert_eq!(profile["traits"]["email"], "sara@example.org");
    assert_eq!(profile["open"]["wishlist"][0]["product_id"], "p-1");
    service.stop();
    Some(arrived)
}

fn arrives_as_it_was_said(sdk: Sdk) {
    if let Some(arrived) = heard(sdk, &[]) {
        let settings = {
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path("golden");
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings
        };
        let told = serde_json::to_string_pretty(&told(arrived)).unwrap();
        settings.bind(|| insta::assert_snapshot!(sdk.name(), told));
    }
}

fn arrives_once_through_faults(sdk: Sdk) {
    heard(sdk, &FAULTS);
}

macro_rules! stock {
    ($($name:ident: $sdk:expr;)*) => {
        $(mod $name {
            #[allow(unused_imports, reason = "only browsers load a bundle")]
            use super::{Bundle, Sdk};

            #[test]
            fn arrives_as_it_was_said() {
                super::arrives_as_it_was_said($sdk);
            }

            #[test]
            fn arrives_once_through_faults() {
                super::arrives_once_through_faults($sdk);
            }
        })*
    };
}

stock! {
    segment_node: Sdk::Node("segment_node");
    segment_python: Sdk::Python("segment_python");
    segment_browser: Sdk::Browser("segment_browser", Bundle::Segment);
    rudder_node: Sdk::Node("rudder_node");
    rudder_python: Sdk::Python("rudder_python");
    rudder_browser: Sdk::Browser("rudder_browser", Bundle::RudderStack);
}

/// A page that is left sends what waits as a beacon, which has no second attempt.
#[test]
fn a_beacon_arrives_as_it_was_said() {
    arrives_as_it_was_said(Sdk::Browser("rudder_beacon", Bundle::RudderStack));
}
