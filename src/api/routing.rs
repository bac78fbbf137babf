//! Who serves a customer who calls: the telephone system asks before it lets a call through.

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure, Who,
        evidence::{Fact, facts},
        text::short,
    },
    decide::routing::Ask,
    engine::api::{Answer, Command, Routed},
    wire::{out::answer::Status, time},
};

/// Asks who serves somebody: `{who, channel, matter, language, call_id, request_id}`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct RoutingRequest {
    /// Who calls: an id, or `kind:value`.
    pub who: Who,
    /// How: `call`, `chat`.
    pub channel: String,
    /// What for: `order_status`, `complaint`.
    pub matter: String,
    /// The language that they speak, as agents' skills name it.
    pub language: Option<String>,
    /// Which call it is.
    pub call_id: Option<String>,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// What they want may name a customer.
impl std::fmt::Debug for RoutingRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("RoutingRequest(…)")
    }
}

/// What is decided: `{status, route, skill, priority, rule, reason, evidence, call_back, profile, position}`.
/// `Debug` shows nothing of whom it is about.
#[derive(Serialize)]
pub struct RoutingAnswer {
    status: Status,
    /// `menu`, `agent` or `deferred`.
    route: &'static str,
    /// What who serves them has to be able to.
    skill: String,
    /// How much it matters among others, 0 to 9.
    priority: u8,
    /// Which rule spoke.
    rule: &'static str,
    reason: &'static str,
    /// By which facts.
    evidence: Vec<Fact>,
    /// When they are called back, of what is deferred.
    call_back: Option<CallBack>,
    /// `None` of somebody who is not known: of them nothing is written down.
    profile: Option<String>,
    position: u64,
}

impl std::fmt::Debug for RoutingAnswer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "RoutingAnswer({})", self.route)
    }
}

#[derive(Serialize)]
struct CallBack {
    /// By this whoever calls back says what became of it.
    callback_id: Option<String>,
    from: String,
    until: String,
}

impl Api {
    /// Decides who serves somebody.
    ///
    /// # Errors
    /// `bad_routing`, `bad_address`, `bad_identifier`, `nobody_there` where nobody can be meant, `several_profiles`,
    /// `nameless`, `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn route(&self, request: RoutingRequest) -> Result<RoutingAnswer, Failure> {
        let target = self.target(&request.who)?;
        let request_id = request.request_id.clone();
        let ask = Box::new(ask(request)?);
        self.tells_of(&target).await?;
        let answered = self
            .handle
            .command(request_id, Command::Route { target, ask })
            .await?;
        let Answer::Routed(routed) = answered.answer else {
            return Err(Failure::used_request_id());
        };
        let Routed {
            profile,
            call_back_id,
            verdict,
        } = *routed;
        let call_back = verdict.route.call_back().map(|call_back| CallBack {
            callback_id: call_back_id,
            from: time::format(call_back.from),
            until: time::format(call_back.until),
        });
        Ok(RoutingAnswer {
            status: Status::Committed,
            route: verdict.route.as_str(),
            skill: verdict.skill,
            priority: verdict.priority,
            rule: verdict.reason.rule().as_str(),
            reason: verdict.reason.as_str(),
            evidence: facts(verdict.evidence),
            call_back,
            profile: profile.map(|profile| profile.to_string()),
            position: answered.position.0,
        })
    }
}

fn ask(request: RoutingRequest) -> Result<Ask, Failure> {
    const MEMBERS: &str = "channel, matter, language and call_id";
    let said = |text: String| short(&text, "bad_routing", MEMBERS);
    Ok(Ask {
        channel: said(request.channel)?,
        matter: said(request.matter)?,
        language: request.language.map(said).transpose()?,
        call_id: request.call_id.map(said).transpose()?,
    })
}
