//! The tenant's rules as they hold: which there are, how they fare, and a flow that is started by hand.

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure, Who},
    decide::{
        experience::Journey,
        rule::{Flow, Step},
    },
    engine::{
        api::{Answer, Command},
        queries::rules_told::{Failed, FlowTold, RulesTold, SegmentTold},
    },
    wire::out::{answer::Status, scalar::Time},
};

/// Asks for the rules: `{min_position}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RulebookRequest {
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// The rules that hold: `{segments, flows, journeys, timers, sweeping}`.
#[derive(Debug, Serialize)]
pub struct RulebookAnswer {
    segments: Vec<SegmentOfBook>,
    flows: Vec<FlowOfBook>,
    journeys: Vec<JourneyOfBook>,
    timers: Timers,
    /// Whether all profiles are being looked at by the segments there are.
    sweeping: bool,
}

#[derive(Debug, Serialize)]
struct SegmentOfBook {
    name: String,
    /// The condition as it was written.
    when: String,
    members: u64,
    /// Whether those in it are leaving without a complaint.
    silent: bool,
    #[serde(flatten)]
    failed: Failures,
}

#[derive(Debug, Serialize)]
struct FlowOfBook {
    name: String,
    /// Types of events that set it going; none: it is started by hand alone.
    on: Vec<String>,
    when: Option<String>,
    matter: Option<String>,
    /// What ends it, wherever it stands.
    unless: Vec<String>,
    /// In words.
    steps: Vec<String>,
    /// Of so many customers in a hundred it is held back.
    holdout: u8,
    #[serde(flatten)]
    failed: Failures,
}

#[derive(Debug, Serialize)]
struct JourneyOfBook {
    name: String,
    /// For whom; everybody where there is none.
    segment: Option<String>,
    /// The names of its stages, in their order.
    stages: Vec<String>,
}

/// How often a rule could not be evaluated since the service started, and what was wrong the last time.
#[derive(Debug, Serialize)]
struct Failures {
    failures: u64,
    problem: Option<String>,
    failed_at: Option<Time>,
}

#[derive(Debug, Serialize)]
struct Timers {
    waiting: u64,
    next: Option<Time>,
}

/// Starts a flow: `{flow, who, segment, request_id}`, for one customer or for all who are in a segment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StartRequest {
    /// Which flow.
    pub flow: String,
    /// For whom: a profile's id, or `kind:value`.
    pub who: Option<Who>,
    /// For all who are in this segment.
    pub segment: Option<String>,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// It is started: `{status, flow, members, position}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StartAnswer {
    status: Status,
    flow: String,
    /// For so many; for a segment that is how many are in it now.
    members: u64,
    position: u64,
}

impl Api {
    /// The rules that hold, and how they fare.
    ///
    /// # Errors
    /// Those of every question: `position_not_reached`.
    pub async fn rulebook(&self, request: RulebookRequest) -> Result<RulebookAnswer, Failure> {
        self.reached(request.min_position).await?;
        let RulesTold {
            segments,
            flows,
            journeys,
            timers,
            is_sweeping,
        } = self.ask("rulebook", |query| query.rules_told()).await?;
        Ok(RulebookAnswer {
            segments: segments.into_iter().map(SegmentOfBook::from).collect(),
            flows: flows.into_iter().map(FlowOfBook::from).collect(),
            journeys: journeys.into_iter().map(JourneyOfBook::from).collect(),
            timers: Timers {
                waiting: timers.waiting,
                next: timers.next.map(Time),
            },
            sweeping: is_sweeping,
        })
    }

    /// Starts a flow for one customer, or for all who are in a segment.
    ///
    /// # Errors
    /// `bad_start` where it is for both or neither, `no_such_rule`, those of a command about somebody (`bad_address`,
    /// `bad_identifier`, `nobody_there`, `several_profiles`, `nameless`), `request_id_used`, and those of a command that is
    /// not taken: `busy`, `stopped`.
    pub async fn start_flow(&self, request: StartRequest) -> Result<StartAnswer, Failure> {
        let StartRequest {
            flow,
            who,
            segment,
            request_id,
        } = request;
        let command = match (who, segment) {
            (Some(who), None) => {
                let target = self.target(&who)?;
                self.tells_of(&target).await?;
                let flow = flow.clone();
                Command::Start { flow, target }
            }
            (None, Some(segment)) => {
                let flow = flow.clone();
                Command::StartAll { flow, segment }
            }
            (Some(_), Some(_)) | (None, None) => {
                let detail = "expected who or segment, and not both: a flow is started for one customer or for all who are in a segment";
                return Err(Failure::bad_request("bad_start", detail));
            }
        };
        let answered = self.handle.command(request_id, command).await?;
        let Answer::Started { members } = answered.answer else {
            return Err(Failure::used_request_id());
        };
        Ok(StartAnswer {
            status: Status::Committed,
            flow,
            members,
            position: answered.position.0,
        })
    }
}

impl From<SegmentTold> for SegmentOfBook {
    fn from(told: SegmentTold) -> Self {
        let SegmentTold {
            rule,
            members,
            failed,
        } = told;
        Self {
            name: rule.name.clone(),
            when: rule.when.text().to_owned(),
            members,
            silent: rule.silent,
            failed: failed.into(),
        }
    }
}

impl From<Journey> for JourneyOfBook {
    fn from(journey: Journey) -> Self {
        Self {
            stages: journey.stages.into_iter().map(|stage| stage.name).collect(),
            name: journey.name,
            segment: journey.segment,
        }
    }
}

impl From<FlowTold> for FlowOfBook {
    fn from(told: FlowTold) -> Self {
        let FlowTold { rule, failed } = told;
        let Flow {
            name,
            on,
            when,
            matter,
            unless,
            steps,
            holdout,
            ..
        } = &*rule;
        Self {
            name: name.clone(),
            on: on.clone(),
            when: when.as_ref().map(|when| when.text().to_owned()),
            matter: matter.as_ref().map(|matter| matter.text().to_owned()),
            unless: unless.iter().map(|signal| signal.words()).collect(),
            steps: steps.iter().map(Step::words).collect(),
            holdout: *holdout,
            failed: failed.into(),
        }
    }
}

impl From<Option<Failed>> for Failures {
    fn from(failed: Option<Failed>) -> Self {
        match failed {
            Some(Failed { times, problem, at }) => Self {
                failures: times,
                problem: Some(problem),
                failed_at: Some(Time(at)),
            },
            None => Self {
                failures: 0,
                problem: None,
                failed_at: None,
            },
        }
    }
}
