//! What stewards say about who is who, and take back.
//!
//! Every word is answered with an id by which it can be undone. It holds for who comes later too.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::{
    api::{Api, Failure, Who},
    domain::event::EventId,
    engine::{
        ProfileId,
        api::{Answer, Answered, Command, Statement, Undo},
        queries::query::{Address, Found},
    },
    wire::out::answer::Status,
};

/// Says that two are one person, or that they are not: `{a, b, by, why, request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WordRequest {
    /// The one: a profile's id, or `kind:value`.
    pub a: Who,
    /// The other.
    pub b: Who,
    /// Who says so.
    #[serde(default)]
    pub by: Remark,
    /// Why.
    #[serde(default)]
    pub why: Remark,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// Takes back one of these: `{word | absorbed | event, by, why, request_id}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct UndoRequest {
    /// A word, by the id that it was answered with.
    pub word: Option<String>,
    /// The merge in which this profile was absorbed.
    pub absorbed: Option<String>,
    /// An event, as if it had never come.
    pub event: Option<AskedEvent>,
    /// Who does.
    #[serde(default)]
    pub by: Remark,
    /// Why.
    #[serde(default)]
    pub why: Remark,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// An event by what makes it itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Map<String, Json>")]
pub struct AskedEvent {
    /// Who sent it.
    pub source: String,
    /// The sender's id of it.
    pub id: String,
}

/// An object alone: a derived reader takes a list of its members as well.
impl TryFrom<Map<String, Json>> for AskedEvent {
    type Error = &'static str;

    fn try_from(mut members: Map<String, Json>) -> Result<Self, Self::Error> {
        match (members.remove("source"), members.remove("id")) {
            (Some(Json::String(source)), Some(Json::String(id))) => Ok(Self { source, id }),
            _ => Err("expected source and id, texts both"),
        }
    }
}

/// What was said holds: `{status, word, profiles, position}`.
#[derive(Debug, Serialize)]
pub struct WordAnswer {
    status: Status,
    /// By what it can be taken back.
    word: String,
    /// The profiles of the two now: one id where they are one person.
    profiles: Vec<String>,
    position: u64,
}

/// What was taken back: `{status, word, position}`.
#[derive(Debug, Serialize)]
pub struct UndoAnswer {
    status: Status,
    /// The word that keeps apart what a merge had joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    word: Option<String>,
    position: u64,
}

/// What a steward writes beside what they say. `Debug` shows nothing of it: it may be about a customer.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Remark(String);

impl std::fmt::Debug for Remark {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Remark(…)")
    }
}

/// Letters of who says something, and of why.
const BY_LETTERS_MAX: usize = 200;
const WHY_LETTERS_MAX: usize = 2_000;

impl UndoRequest {
    /// What is to be taken back.
    ///
    /// # Errors
    /// `bad_undo`.
    pub(crate) fn what(&self) -> Result<Undo, Failure> {
        match (&self.word, &self.absorbed, &self.event) {
            (Some(word), None, None) => Ok(Undo::Word(word.clone())),
            (None, Some(id), None) => {
                let expected = "expected under absorbed an id of 32 hexadecimal digits";
                let id = ProfileId::parse(id).ok_or_else(|| Failure::bad_request("bad_undo", expected))?;
                Ok(Undo::Absorbed(id))
            }
            (None, None, Some(AskedEvent { source, id })) => Ok(Undo::Event(EventId {
                source: source.clone(),
                id: id.clone(),
            })),
            _ => {
                let expected = "expected one of word, absorbed and event";
                Err(Failure::bad_request("bad_undo", expected))
            }
        }
    }
}

impl Api {
    /// Says that two are one person.
    ///
    /// # Errors
    /// `bad_statement`, `bad_address`, `bad_identifier`, `nobody_there`, `several_profiles`, `request_id_used`, and those
    /// of a command that is not taken: `busy`, `stopped`.
    pub async fn merge(&self, request: WordRequest) -> Result<WordAnswer, Failure> {
        self.say(request, |of, statement| Command::Merge { of, statement })
            .await
    }

    /// Says that two are not one person.
    ///
    /// # Errors
    /// Those of [`Api::merge`], `joins_nobody` and `indivisible`.
    pub async fn separate(&self, request: WordRequest) -> Result<WordAnswer, Failure> {
        self.say(request, |of, statement| Command::Separate { of, statement })
            .await
    }

    /// Takes back a word, a merge or an event.
    ///
    /// # Errors
    /// `bad_undo`, `bad_statement`, `nothing_to_undo`, `nobody_there`, `several_profiles`, `indivisible`,
    /// `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn undo(&self, request: UndoRequest) -> Result<UndoAnswer, Failure> {
        let what = request.what()?;
        let statement = statement(request.by, request.why)?;
        let command = Command::Undo { what, statement };
        let Answered { answer, position } = self.handle.command(request.request_id, command).await?;
        let word = match answer {
            Answer::Said { word } => Some(word),
            Answer::Undone => None,
            _ => return Err(Failure::used_request_id()),
        };
        Ok(UndoAnswer {
            status: Status::Committed,
            word,
            position: position.0,
        })
    }

    async fn say(
        &self,
        request: WordRequest,
        command: fn([crate::engine::api::Target; 2], Statement) -> Command,
    ) -> Result<WordAnswer, Failure> {
        let of = [self.target(&request.a)?, self.target(&request.b)?];
        for target in &of {
            self.tells_of(target).await?;
        }
        let statement = statement(request.by, request.why)?;
        let answered = self
            .handle
            .command(request.request_id, command(of, statement))
            .await?;
        let Answer::Said { word } = answered.answer else {
            return Err(Failure::used_request_id());
        };
        let region = self.limits.region.as_ref();
        let mut addresses = Vec::with_capacity(2);
        for who in [&request.a, &request.b] {
            addresses.extend(self.address(who, region)?);
        }
        Ok(WordAnswer {
            status: Status::Committed,
            word,
            profiles: self.live(addresses).await?,
            position: answered.position.0,
        })
    }

    /// The profiles at these addresses now, each once.
    async fn live(&self, addresses: Vec<Address>) -> Result<Vec<String>, Failure> {
        let found = self.ask("find", move |query| {
            addresses
                .iter()
                .map(|address| query.find(address))
                .collect::<Result<Vec<_>, _>>()
        });
        let mut ids: Vec<String> = Vec::new();
        for found in found.await? {
            let found = match found {
                Found::None => Vec::new(),
                Found::One(id) => vec![id],
                Found::Many(ids) => ids,
            };
            for id in found.iter().map(ToString::to_string) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        Ok(ids)
    }
}

fn statement(Remark(by): Remark, Remark(why): Remark) -> Result<Statement, Failure> {
    let (by_letters, why_letters) = (by.chars().count(), why.chars().count());
    if by_letters > BY_LETTERS_MAX || why_letters > WHY_LETTERS_MAX {
        let detail =
            format!("expected by of at most {BY_LETTERS_MAX} letters and why of at most {WHY_LETTERS_MAX}");
        return Err(Failure::bad_request("bad_statement", detail));
    }
    Ok(Statement { by, why })
}
