//! One event from flags: owns [`DraftArgs`].

use serde_json::{Map, Value, json};

use crate::cli::client::{
    address::Identifier,
    flags::{Member, Unechoed},
};

/// An event, as flags say it. Names start with the event's own, so that none is mistaken for the server's or a file's.
#[derive(Clone, Debug, clap::Args)]
pub struct DraftArgs {
    /// Send one event of this type, such as "Order Completed"
    #[arg(long, value_name = "TYPE", requires = "channel", conflicts_with = "file")]
    pub event: Option<String>,
    /// Its channel, such as web or store
    #[arg(long, value_name = "CHANNEL", requires = "event")]
    pub channel: Option<String>,
    /// Whom it is about, as kind:value; may be given again
    #[arg(long = "id", value_name = "KIND:VALUE", requires = "event", value_parser = Unechoed::<Identifier>::new())]
    pub identifiers: Vec<Identifier>,
    /// How far those identifiers are trusted; else the source's default
    #[arg(long, requires = "identifiers", value_parser = ["observed", "stated", "staff", "verified"])]
    pub trust: Option<String>,
    /// A property, as name=value, the value JSON or text; may be given again
    #[arg(long = "property", value_name = "NAME=VALUE", requires = "event", value_parser = Unechoed::<Member>::new())]
    pub properties: Vec<Member>,
    /// A trait of the customer, as a property is given; may be given again
    #[arg(long = "trait", value_name = "NAME=VALUE", requires = "event", value_parser = Unechoed::<Member>::new())]
    pub traits: Vec<Member>,
    /// When it happened, in RFC 3339; else now
    #[arg(long, requires = "event")]
    pub time: Option<String>,
    /// What reports it, such as pos/tehran-12
    #[arg(long, requires = "event")]
    pub source: Option<String>,
    /// Its id in that source, so that it counts once however often it is sent
    #[arg(long, value_name = "ID", requires = "event")]
    pub event_id: Option<String>,
}

impl DraftArgs {
    /// The event in the native shape; `None` where no flag names one.
    pub fn event(&self) -> Option<Value> {
        let name = self.event.as_ref()?;
        let mut event = Map::new();
        event.insert("type".to_owned(), json!(name));
        let texts = [
            ("channel", &self.channel),
            ("time", &self.time),
            ("source", &self.source),
            ("id", &self.event_id),
        ];
        for (member, text) in texts {
            event.extend(text.as_ref().map(|text| (member.to_owned(), json!(text))));
        }
        let identifiers = self.identifiers.iter().map(|one| self.identifier(one));
        event.insert("identifiers".to_owned(), identifiers.collect());
        event.insert("properties".to_owned(), members(&self.properties));
        event.insert("traits".to_owned(), members(&self.traits));
        Some(Value::Object(event))
    }

    fn identifier(&self, identifier: &Identifier) -> Value {
        let mut shape = json!({"kind": identifier.kind.as_str(), "value": identifier.value});
        if let (Some(members), Some(trust)) = (shape.as_object_mut(), &self.trust) {
            members.insert("trust".to_owned(), json!(trust));
        }
        shape
    }
}

fn members(given: &[Member]) -> Value {
    let members = given.iter().map(|one| (one.name.clone(), one.value.clone()));
    Value::Object(members.collect())
}
