//! The profile of whoever is meant.

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    api::{Api, Failure, Who},
    engine::queries::query::Portrait,
    wire::out::profile::{Document, ProfileView},
};

/// Asks for a profile: `{who, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProfileRequest {
    /// Whose: an id, or `kind:value`.
    pub who: Who,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// A profile, as JSON the profile document and, where another id was asked for, `requested`.
#[derive(Debug)]
pub struct ProfileAnswer {
    portrait: Portrait,
    /// The id that was asked for, where its profile was absorbed by this one.
    requested: Option<String>,
}

impl Api {
    /// The profile.
    ///
    /// # Errors
    /// `bad_address`, `bad_identifier`, `nobody_there`, `several_profiles`, `position_not_reached`.
    pub async fn profile(&self, request: ProfileRequest) -> Result<ProfileAnswer, Failure> {
        let ProfileRequest { who, min_position } = request;
        let id = self.one(&who, min_position).await?;
        Ok(ProfileAnswer::of(self.portrait(id).await?, &who))
    }
}

impl ProfileAnswer {
    /// The answer to whoever asked for `who`.
    pub(crate) fn of(portrait: Portrait, who: &Who) -> Self {
        let id = portrait.id.to_string();
        let who = who.as_str();
        let requested = (!who.contains(':') && who != id).then(|| who.to_owned());
        Self { portrait, requested }
    }
}

impl From<Portrait> for ProfileAnswer {
    fn from(portrait: Portrait) -> Self {
        let requested = None;
        Self { portrait, requested }
    }
}

impl Serialize for ProfileAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Answer<'a> {
            #[serde(flatten)]
            document: Document<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            requested: Option<&'a str>,
        }
        let portrait = &self.portrait;
        let absorbed: Vec<String> = portrait.absorbed.iter().map(ToString::to_string).collect();
        let (id, fingerprint) = (portrait.id.to_string(), hexadecimal(&portrait.fingerprint));
        let view = ProfileView {
            segments: &portrait.segments,
            journeys: &portrait.journeys,
            id: &id,
            version: portrait.version,
            fingerprint: &fingerprint,
            absorbed: &absorbed,
            pending: portrait.pending,
            value: portrait.standing(),
            profile: &portrait.profile,
        };
        let answer = Answer {
            document: Document::of(view),
            requested: self.requested.as_deref(),
        };
        answer.serialize(serializer)
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
