//! Publishing: the messages of a commit. What changed a profile, who became one or several, each event with the context
//! of its profile, and what was refused.

mod carried;
mod decided;

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use serde_json::value::{RawValue, to_raw_value};

use crate::{
    domain::{
        context::Context,
        event::{Event, EventId},
        identity::link::own_id,
        time::Timestamp,
    },
    engine::{
        api::Resolution,
        combine::Combined,
        deciding::Acted,
        error::Error,
        experience::InsightTold,
        identity::membership::Notice,
        queries::query::Portrait,
        state::batch::{Batch, Rules, Touched},
        surroundings::{Shelf, Whose, store_of},
        tenant::{News, Published},
    },
    journal::Message,
    store::{ErasureRecord, ProfileId, Read},
    wire::{
        Rejection,
        out::{
            catalogue::Catalogue,
            context::Body,
            dlq::DeadLetter,
            insight::Insight,
            profile::{Document, ProfileView},
            update::{Cause, Enriched, Notice as NoticeBody, NoticeKind, Subjects, Updated},
        },
    },
};

/// An event of the batch, the profile it is in after it and what it did.
pub(crate) struct Told<'a> {
    pub(crate) event: &'a Event,
    pub(crate) profile: ProfileId,
    pub(crate) resolution: Resolution,
}

/// Bytes that most messages fit into: fewer are moved while they are written.
const ROOM_BYTES: usize = 2048;

/// Contexts as JSON, by profile, view and store: the events of one customer in a commit are told the same.
type Contexts<'a> = BTreeMap<(ProfileId, &'a str, Option<String>), Box<RawValue>>;

/// The messages of a commit.
pub(crate) struct Publication<'a> {
    rules: &'a Rules,
    subjects: Subjects,
    now: Timestamp,
    messages: Vec<Message>,
}

impl<'a> Publication<'a> {
    pub(crate) fn new(rules: &'a Rules, now: Timestamp) -> Self {
        Self {
            rules,
            subjects: Subjects::of(&rules.tenant),
            now,
            messages: Vec::new(),
        }
    }

    pub(crate) fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    /// What the tenant said, one message per changed profile, then the notices, then the events with their contexts, then what
    /// was decided.
    pub(crate) fn commit(
        &mut self,
        combined: &Combined,
        told: &[Told<'_>],
        batch: &Batch<'_>,
        acts: &[(Acted, ProfileId)],
    ) -> Result<(), Error> {
        let speaks = self.rules.part.speaks_for_the_tenant();
        for news in batch.news.iter().filter(|_| speaks) {
            self.tenant(news)?;
        }
        self.insights(batch)?;
        let touched = &batch.touched;
        let shelf = Shelf::new(
            &batch.overlay,
            batch.rules,
            (Arc::clone(&batch.book), batch.health),
        );
        let mut causes: BTreeMap<ProfileId, Vec<&Told<'_>>> = BTreeMap::new();
        for one in told {
            causes.entry(one.profile).or_default().push(one);
        }
        let causes = Causes {
            by_profile: causes,
            touched,
        };
        for portrait in combined.portraits.values() {
            self.updated(portrait, &causes)?;
        }
        for portrait in &combined.arrived {
            self.arrived(portrait)?;
        }
        for gone in batch.carried.departed() {
            self.departed(gone)?;
        }
        self.messages.extend(batch.carried.parcel().iter().cloned());
        for notice in &combined.notices {
            self.notice(notice, combined, &causes)?;
        }
        for profile in touched.erased.keys() {
            self.end(*profile, combined, &causes)?;
        }
        let mut contexts = Contexts::new();
        for one in told {
            let portrait = combined.portraits.get(&one.profile);
            debug_assert!(
                portrait.is_some(),
                "an event counts, and its profile is as it was"
            );
            match portrait {
                Some(portrait) => self.enriched(one.event, portrait, (&mut contexts, &shelf))?,
                None => tracing::error!("an event counts of nobody who changed: it is not told"),
            }
        }
        self.decided(combined, acts, &causes)
    }

    /// Tells that somebody was erased, also where the same commit has them come back: what is before is of nobody.
    fn end(&mut self, profile: ProfileId, combined: &Combined, causes: &Causes<'_>) -> Result<(), Error> {
        let is_told = |notice: &Notice| notice.kind == NoticeKind::Erased && notice.from.contains(&profile);
        if combined.notices.iter().any(is_told) {
            return Ok(());
        }
        let into = combined.portraits.contains_key(&profile).then_some(profile);
        let notice = Notice {
            kind: NoticeKind::Erased,
            from: BTreeSet::from([profile]),
            into: into.into_iter().collect(),
        };
        self.notice(&notice, combined, causes)
    }

    /// A refused item.
    pub(crate) fn refused(&mut self, rejection: &Rejection) -> Result<(), Error> {
        let subject = self.subjects.dead_letter(rejection.reason.code());
        self.push(subject, String::new(), None, &DeadLetter::of(rejection, self.now))
    }

    /// What the tenant publishes since it said something.
    fn tenant(&mut self, news: &News) -> Result<(), Error> {
        let event = (&news.event, news.time);
        let body = match &news.published {
            Published::Product(id, product) => Catalogue::product(news.kind, event, (id, product), self.now),
            Published::Offer(id, offer) => Catalogue::offer(news.kind, event, (id, offer), self.now),
        };
        let subject = self.subjects.insight(news.kind.as_str());
        self.push(subject, String::new(), news.trace.as_ref(), &body)
    }

    /// What many customers show since this commit, or do no longer.
    pub(crate) fn insights(&mut self, batch: &Batch<'_>) -> Result<(), Error> {
        let mut told = batch.insights.iter();
        told.try_for_each(|told| self.insight(told))
    }

    fn insight(&mut self, told: &InsightTold) -> Result<(), Error> {
        let record = &told.record;
        let body = Insight::of(
            (record.kind.clone(), record.about.clone()),
            (record.since, told.over),
            record.evidence.clone(),
        );
        self.push(self.subjects.insight(&record.kind), String::new(), None, &body)
    }

    fn updated(&mut self, portrait: &Portrait, causes: &Causes<'_>) -> Result<(), Error> {
        let told = causes.of([portrait.id]);
        let id = portrait.id.to_string();
        let body = updated(portrait, causes.cause(&told))?;
        self.messages.push(Message {
            subject: self.subjects.updated(&id),
            key: id,
            body,
            trace: trace(&told).cloned(),
        });
        Ok(())
    }

    fn notice(&mut self, notice: &Notice, combined: &Combined, causes: &Causes<'_>) -> Result<(), Error> {
        let text = |ids: &BTreeSet<ProfileId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (from, into) = (text(&notice.from), text(&notice.into));
        // A merge is told for who survives it, a split for who was parted, an end for whom it ended.
        let kind = notice.kind;
        let about = match kind {
            NoticeKind::Merged => &notice.into,
            NoticeKind::Split | NoticeKind::Moved | NoticeKind::Erased => &notice.from,
        };
        let Some(about) = about.first() else { return Ok(()) };
        let told = causes.of(notice.into.iter().copied());
        let profile = about.to_string();
        let version = combined
            .portraits
            .get(about)
            .map_or(0, |portrait| portrait.version);
        let erasure = causes.erasure(kind, *about);
        let body = NoticeBody {
            kind,
            profile: &profile,
            version,
            from: &from,
            into: &into,
            cause: match &erasure {
                Some(erasure) => Cause::of([erasure], "erased"),
                None => causes.cause(&told),
            },
        };
        let concerned: Vec<String> = notice.from.union(&notice.into).map(ToString::to_string).collect();
        self.push(
            self.subjects.notice(kind, &profile),
            concerned.join(","),
            trace(&told),
            &body,
        )
    }

    /// Tells that somebody was erased of whom nothing but refused items was here.
    pub(crate) fn erased(&mut self, erasure: &ErasureRecord) -> Result<(), Error> {
        let (kind, profile) = (NoticeKind::Erased, erasure.profile.to_string());
        let erasure = own_id(erasure.id.to_string());
        let body = NoticeBody {
            kind,
            profile: &profile,
            version: 0,
            from: std::slice::from_ref(&profile),
            into: &[],
            cause: Cause::of([&erasure], "erased"),
        };
        self.push(self.subjects.notice(kind, &profile), profile.clone(), None, &body)
    }

    fn enriched(
        &mut self,
        event: &Event,
        portrait: &Portrait,
        (contexts, shelf): (&mut Contexts<'a>, &Shelf<'_, impl Read>),
    ) -> Result<(), Error> {
        let rules = self.rules;
        let view = rules
            .channel_views
            .get(&event.channel)
            .and_then(|name| rules.views.get(name));
        let Some(view) = view else { return Ok(()) };
        let id = portrait.id.to_string();
        let store = store_of(event);
        let context = match contexts.entry((portrait.id, &view.name, store.clone())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let whose = Whose {
                    profile: &portrait.profile,
                    segments: &portrait.segments,
                    standing: portrait.value.as_ref(),
                    store: store.as_deref(),
                };
                let around = shelf.around(whose, view, self.now)?;
                let context = Context::of(
                    &portrait.profile,
                    (&id, portrait.version),
                    view,
                    &around,
                    self.now,
                );
                vacant.insert(to_raw_value(&Body::one(context)).map_err(Error::Publish)?)
            }
        };
        let body = Enriched {
            event: event.into(),
            context,
            profile: &id,
            version: portrait.version,
        };
        self.push(
            self.subjects.context(&event.channel, &event.name, &id),
            id.clone(),
            event.trace.as_ref(),
            &body,
        )
    }

    fn push(
        &mut self,
        subject: String,
        key: String,
        trace: Option<&String>,
        body: &impl serde::Serialize,
    ) -> Result<(), Error> {
        self.messages.push(Message {
            subject,
            key,
            body: written(body)?,
            trace: trace.cloned(),
        });
        Ok(())
    }
}

/// What is told of a profile as it stands, as JSON.
pub(crate) fn updated(portrait: &Portrait, cause: Cause<'_>) -> Result<Vec<u8>, Error> {
    let id = portrait.id.to_string();
    let absorbed: Vec<String> = portrait.absorbed.iter().map(ToString::to_string).collect();
    let fingerprint = hex(&portrait.fingerprint);
    let document = Document::of(ProfileView {
        id: &id,
        version: portrait.version,
        fingerprint: &fingerprint,
        absorbed: &absorbed,
        segments: &portrait.segments,
        journeys: &portrait.journeys,
        pending: false,
        value: portrait.standing(),
        profile: &portrait.profile,
    });
    written(&Updated {
        profile: &id,
        version: portrait.version,
        cause,
        document,
    })
}

fn written(body: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(ROOM_BYTES);
    serde_json::to_writer(&mut bytes, body).map_err(Error::Publish)?;
    Ok(bytes)
}

/// What changes profiles: events that came, and what stewards said or took back.
struct Causes<'a> {
    by_profile: BTreeMap<ProfileId, Vec<&'a Told<'a>>>,
    touched: &'a Touched,
}

impl<'a> Causes<'a> {
    /// The events that are in these profiles.
    fn of(&self, profiles: impl IntoIterator<Item = ProfileId>) -> Vec<&'a Told<'a>> {
        let told = profiles.into_iter().filter_map(|id| self.by_profile.get(&id));
        told.flatten().copied().collect()
    }

    /// The erasure of a profile, as an event of our own, where that is what is told.
    fn erasure(&self, kind: NoticeKind, profile: ProfileId) -> Option<EventId> {
        let id = self
            .touched
            .erased
            .get(&profile)
            .filter(|_| kind == NoticeKind::Erased)?;
        Some(own_id(id.to_string()))
    }

    /// The events, and the most that one of them did; else the words; else other rules; else what earlier events did to others.
    fn cause(&self, told: &[&'a Told<'a>]) -> Cause<'a> {
        let most = told.iter().map(|one| one.resolution).max();
        match most {
            None if self.touched.erases => Cause::of(&self.touched.causes, "erased"),
            None if self.touched.decides => Cause::of(&self.touched.causes, "decided"),
            None if !self.touched.causes.is_empty() => Cause::of(&self.touched.causes, "said"),
            None if self.touched.expired => Cause::of([], "expired"),
            None if self.touched.renewed => Cause::of([], "rules"),
            None if self.touched.repaired => Cause::of([], "repaired"),
            None if self.touched.reviews => Cause::of([], "segments"),
            most => {
                let most = most.map_or("matched", Resolution::as_str);
                Cause::of(told.iter().map(|one| &one.event.id), most)
            }
        }
    }
}

/// What several events did is part of the trace of the last that came with one.
fn trace<'a>(told: &[&'a Told<'_>]) -> Option<&'a String> {
    told.iter().rev().find_map(|one| one.event.trace.as_ref())
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
