//! Commands: requests that need the owner's answer. They go through the writer like events, so that each is answered
//! once and two that compete have an order. What a command changes about a person is an event of our own.

pub(crate) mod contact;
pub(crate) mod evidence;
pub(crate) mod qr;
pub(crate) mod routing;

use crate::{
    domain::{
        event::{ConsentChange, Event, EventId, Place},
        identifier::{Identifier, IdentifierRules, Role},
        identity::{
            Bond, Claim, Key,
            link::{OWN_CHANNEL, own_id},
        },
        time::Timestamp,
    },
    engine::{
        api::{Answer, Command, CommandError, QrAnswer, Statement, Target, Valuing},
        commands::qr::Redemption,
        erasing::erase::Erasing,
        identity::steward::Saying,
        queries::query::{Address, Found},
        state::{atoms::Atoms, batch::Batch},
    },
    store::{AnswerRecord, ErasureId, ErasureRecord, Error, ProfileId, Read, RequestHash, keys},
};

/// A command on its way. `Debug` shows no token.
#[derive(Clone)]
pub(crate) struct Ordered {
    pub(crate) command: Command,
    /// Under which a repeat finds the first answer.
    pub(crate) request: Option<RequestHash>,
    /// The token that a mint gives out.
    pub(crate) token: String,
    /// The id of the event it writes.
    pub(crate) id: String,
    /// The id of the erasure that it is.
    pub(crate) erasure: ErasureId,
}

impl Ordered {
    /// Of the service itself, which nobody repeats.
    pub(crate) fn of_our_own(command: Command) -> Self {
        Self {
            command,
            request: None,
            token: String::new(),
            id: String::new(),
            erasure: ErasureId([0; 16]),
        }
    }

    /// Carries an erasure out again.
    pub(crate) fn erasing_again(erasure: ErasureRecord) -> Self {
        Self::of_our_own(Command::EraseAgain(Box::new(erasure)))
    }

    fn saying<'a>(&'a self, statement: &'a Statement, at: Timestamp) -> Saying<'a> {
        Saying {
            id: &self.id,
            statement,
            at,
        }
    }
}

impl std::fmt::Debug for Ordered {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Ordered({:?})", self.command)
    }
}

/// The command's answer, or why it has none; the outer error is the store's.
pub(crate) type Outcome<T> = Result<Result<T, CommandError>, Error>;

impl Batch<'_> {
    /// Carries out a command, unless it was carried out before.
    pub(crate) fn command(&mut self, ordered: &Ordered, now: Timestamp) -> Outcome<Answer> {
        if let Some(request) = ordered.request
            && let Some(first) = self.overlay.record::<AnswerRecord>(&keys::answer(request))?
        {
            return match self.is_unfinished(&first)? {
                true => Ok(Err(CommandError::TooLarge)),
                false => self.repeat(ordered, first, now).map(Ok),
            };
        }
        let about = self.about(ordered)?;
        let answer = match &ordered.command {
            Command::MintQr(mint) => self.mint(ordered, mint, now)?,
            Command::RedeemQr { token, store_id } => Ok(Answer::Qr(self.redeem(
                ordered,
                token,
                store_id.as_deref(),
                now,
            )?)),
            Command::SettleQr { token, store_id, at } => {
                let redemption = Redemption {
                    token,
                    store_id: store_id.as_deref(),
                    at: *at,
                };
                Ok(Answer::Qr(self.settle(ordered, &redemption, now)?))
            }
            Command::RevokeQr { token } => Ok(Answer::Qr(self.revoke(ordered, token, now)?)),
            Command::Consent { target, changes } => self.consent(ordered, target, changes, now)?,
            Command::Contact { target, ask } => self.contact(ordered, target, ask, now)?,
            Command::Start { flow, target } => self.start_for(ordered, flow, target, now)?,
            Command::StartAll { flow, segment } => self.start_for_all(ordered, flow, segment)?,
            Command::Rank(Valuing::Ask) if self.rules.part.is_partition() => Err(CommandError::OneOfSeveral),
            Command::Rank(asked) => Ok(self.rank(asked, now)?),
            Command::Insights(findings) => Ok(self.note_findings(findings, now)?),
            Command::Route { target, ask } => self.route(ordered, target, ask, now)?,
            Command::Merge {
                of: [a, b],
                statement,
            } => self.say_same(ordered.saying(statement, now), (a, b))?,
            Command::Separate {
                of: [a, b],
                statement,
            } => self.say_apart(ordered.saying(statement, now), (a, b))?,
            Command::Say(word) => {
                self.say(word)?;
                let word = word.id.clone();
                Ok(Answer::Said { word })
            }
            Command::Undo { what, statement } => self.undo(ordered.saying(statement, now), what)?,
            Command::Erase { target, within_us } => {
                let erasing = Erasing::within(ordered.erasure, now, *within_us);
                self.erase(erasing, target)?
            }
            Command::EraseAgain(erasure) => self.erase_again(erasure)?,
            Command::EraseOn { erasure, most } => Ok(self.erase_on(*erasure, *most)?),
            Command::Note { erasures, progress } => Ok(self.note(erasures, *progress, now)?),
            Command::Connect { .. } | Command::EraseRefused { .. } => Err(CommandError::NoResolver),
            Command::Carry(moved) => Ok(self.carry(moved)?),
            Command::Deleted { places } => Ok(self.note_deleted(places)),
        };
        if let (Some(request), Ok(answer)) = (ordered.request, &answer) {
            let record = kept(ordered, answer);
            self.overlay.put_record(keys::answer(request), &record)?;
            self.note_answer(request, about);
        }
        Ok(answer)
    }

    fn repeat(&self, ordered: &Ordered, first: AnswerRecord, now: Timestamp) -> Result<Answer, Error> {
        if let Command::Contact { ask, .. } = &ordered.command
            && let Some(answer) = self.decided_first(first.clone(), ask, now)?
        {
            return Ok(answer);
        }
        if let Command::Route { ask, .. } = &ordered.command
            && let Some(answer) = self.routed_first(first.clone(), ask)?
        {
            return Ok(answer);
        }
        Ok(match (first, &ordered.command) {
            (AnswerRecord::Minted { expires }, Command::MintQr(mint)) => Answer::Minted {
                token: self.token_of(ordered, mint, expires),
                expires,
            },
            (AnswerRecord::Minted { expires }, _) => Answer::Minted {
                token: ordered.token.clone(),
                expires,
            },
            (AnswerRecord::Consented { profile }, _) => Answer::Consented { profile },
            (AnswerRecord::Started { members }, _) => Answer::Started { members },
            (AnswerRecord::Said { word }, _) => Answer::Said { word },
            (AnswerRecord::Undone, _) => Answer::Undone,
            (AnswerRecord::Erased { erasure }, _) => {
                let receipt = self.receipt(erasure)?.map(Box::new);
                receipt.map_or(Answer::Noted, |erasure| Answer::Erased { erasure })
            }
            (
                AnswerRecord::Qr { outcome },
                Command::RedeemQr { token, .. }
                | Command::SettleQr { token, .. }
                | Command::RevokeQr { token },
            ) => Answer::Qr(self.qr_answer(outcome, token)?),
            // Requests of different kinds never share a hash.
            (AnswerRecord::Qr { outcome }, _) => Answer::Qr(QrAnswer::of(outcome)),
            (
                AnswerRecord::Decided { .. }
                | AnswerRecord::DecidedOfNobody { .. }
                | AnswerRecord::Routed { .. }
                | AnswerRecord::RoutedOfNobody { .. },
                _,
            ) => Answer::Noted,
        })
    }

    fn consent(
        &mut self,
        ordered: &Ordered,
        target: &Target,
        changes: &[ConsentChange],
        now: Timestamp,
    ) -> Outcome<Answer> {
        let (profile, identifiers) = match self.reach(target, now)? {
            Ok(reached) => reached,
            Err(error) => return Ok(Err(error)),
        };
        let mut event = own_event(&ordered.id, "Consent Changed", now);
        event.identifiers = identifiers;
        event.consent = changes.to_vec();
        self.place(&event)?;
        Ok(Ok(Answer::Consented { profile }))
    }

    /// Who a command is about, and identifiers by which an event of our own reaches them.
    pub(crate) fn reach(&self, target: &Target, now: Timestamp) -> Outcome<(ProfileId, Vec<Identifier>)> {
        self.reach_by(target, None, now)
    }

    /// The same, but for an identifier that was asked by: what is said of its holder stays with it where two who are one
    /// person turn out to be two.
    pub(crate) fn reach_as_asked(
        &self,
        target: &Target,
        now: Timestamp,
    ) -> Outcome<(ProfileId, Vec<Identifier>)> {
        let asked = match target {
            Target::Profile(_) => None,
            Target::Identifier(key) => Some(key),
        };
        self.reach_by(target, asked, now)
    }

    /// Identifiers by which an event of our own reaches a profile: those of whom it holds that an event is of, so that it goes
    /// with that event where two who are one person turn out to be two.
    pub(crate) fn reach_with(
        &self,
        profile: ProfileId,
        event: &EventId,
        now: Timestamp,
    ) -> Outcome<(ProfileId, Vec<Identifier>)> {
        let rules = &self.rules.identity.identifiers;
        let atom = match self.graph().atom_of_event(event)? {
            Some(atom) => self.overlay.atom(atom)?,
            None => None,
        };
        let whose = atom.as_ref().and_then(|atom| {
            let claim = &atom.claim;
            let joins = claim.asserted.iter().find(|one| one.bond == Bond::Joins);
            let key = claim.users(rules).next().or_else(|| joins.map(|one| &one.key));
            key.cloned()
        });
        self.reach_by(&Target::Profile(profile), whose.as_ref(), now)
    }

    fn reach_by(
        &self,
        target: &Target,
        asked: Option<&Key>,
        now: Timestamp,
    ) -> Outcome<(ProfileId, Vec<Identifier>)> {
        let rules = &self.rules.identity.identifiers;
        let address = match target {
            Target::Profile(id) => Address::Id(*id),
            // A device that several used is its owner's.
            Target::Identifier(key) if rules.rule(&key.kind).role == Role::Device => {
                Address::Identifier(self.graph().owner(key, now)?.unwrap_or_else(|| key.clone()))
            }
            Target::Identifier(key) => Address::Identifier(key.clone()),
        };
        let profile = match self.graph().find(&address)? {
            Found::One(profile) => profile,
            Found::Many(profiles) => return Ok(Err(CommandError::Several(profiles))),
            Found::None => return Ok(Err(CommandError::NobodyThere)),
        };
        let mut claims = Vec::new();
        for member in self
            .graph()
            .profile(profile)?
            .map(|record| record.members)
            .unwrap_or_default()
        {
            claims.extend(self.overlay.atom(member)?.map(|atom| atom.claim.clone()));
        }
        let best = claims.iter().filter_map(|claim| {
            let is_asked = |key: &Key| claim.asserted.iter().any(|one| one.key == *key);
            let (rank, identifiers) = reaching(claim, rules)?;
            Some((!asked.is_some_and(is_asked), rank, identifiers))
        });
        Ok(best
            .min()
            .map(|(_, _, identifiers)| (profile, identifiers))
            .ok_or(CommandError::Nameless))
    }
}

/// What is kept of an answer for whoever repeats the command.
fn kept(ordered: &Ordered, answer: &Answer) -> AnswerRecord {
    match answer {
        Answer::Minted { expires, .. } => AnswerRecord::Minted { expires: *expires },
        Answer::Qr(qr) => AnswerRecord::Qr { outcome: qr.outcome },
        Answer::Consented { profile } => AnswerRecord::Consented { profile: *profile },
        Answer::Decided(decided) => contact::record(decided, &ordered.id),
        Answer::Started { members } => AnswerRecord::Started { members: *members },
        Answer::Routed(routed) => routing::record(routed, &ordered.id),
        Answer::Said { word } => AnswerRecord::Said { word: word.clone() },
        Answer::Undone | Answer::Noted | Answer::Connected { .. } => AnswerRecord::Undone,
        Answer::Erased { erasure } => AnswerRecord::Erased { erasure: erasure.id },
    }
}

/// An event of our own, about nobody yet.
pub(crate) fn own_event(id: &str, name: &str, now: Timestamp) -> Event {
    Event {
        id: own_id(id),
        channel: OWN_CHANNEL.to_owned(),
        name: name.to_owned(),
        time: now,
        stated_time: None,
        received: now,
        identifiers: Vec::new(),
        alias_of: None,
        place: Place::default(),
        traits: Default::default(),
        properties: Default::default(),
        context: Default::default(),
        consent: Vec::new(),
        expires: None,
        trace: None,
    }
}

/// The identifiers by which an event of our own reaches the person of a claim, and how good they are: their customer
/// id; else what joins them; a device only where they have nothing else.
///
/// More would say more than anybody did: that they were logged in on a device just now, or that a till is theirs.
fn reaching(claim: &Claim, rules: &IdentifierRules) -> Option<(u8, Vec<Identifier>)> {
    let user: Option<&Key> = claim.users(rules).next();
    let contacts = claim.asserted.iter().any(|one| one.bond == Bond::Joins);
    let chosen = claim.asserted.iter().filter(|one| match (user, contacts) {
        (Some(user), _) => one.key == *user,
        (None, true) => one.bond == Bond::Joins,
        (None, false) => one.bond != Bond::Loose,
    });
    let identifiers: Vec<Identifier> = chosen
        .map(|one| Identifier::from_normalised(one.key.kind.clone(), one.key.value.clone(), one.trust))
        .collect();
    let rank = match (user, contacts) {
        (Some(_), _) => 0,
        (None, true) => 1,
        (None, false) => 2,
    };
    (!identifiers.is_empty()).then_some((rank, identifiers))
}
