//! All that is kept about whoever is meant, and where it came from: for whoever asks what is known of them.

use serde::Deserialize;

use crate::{
    api::{Api, Failure, ProfileAnswer, Who},
    engine::queries::query::{CodeView, Dossier, MemberView, Run, SegmentView, Task, TimerView, WordView},
    wire::out::{
        export::{Atom, Code, Content, Events, Export, Segment, State, Timer, Wait, Word},
        scalar::{EventRef, Time},
    },
};

/// Asks for all that is kept about a person: `{who, min_position}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ExportRequest {
    /// Whose: an id, or `kind:value`.
    pub who: Who,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// All that is kept about a person, as JSON: `{profile, atoms, events, codes, words, segments, timers}`. It may be very long, so it is
/// written down once, where it may take its time. `Debug` shows its length alone.
pub struct ExportAnswer {
    json: Vec<u8>,
}

impl std::fmt::Debug for ExportAnswer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "ExportAnswer({} bytes)", self.json.len())
    }
}

impl ExportAnswer {
    /// The document.
    pub fn into_json(self) -> Vec<u8> {
        self.json
    }
}

impl Api {
    /// All that is kept about a person, as of one commit.
    ///
    /// # Errors
    /// Those of [`Api::profile`], and `only_mentioned`.
    pub async fn export(&self, request: ExportRequest) -> Result<ExportAnswer, Failure> {
        let ExportRequest { who, min_position } = request;
        let id = self.one_holding(&who, min_position).await?;
        let written = self
            .ask("export", move |query| {
                let dossier = query.dossier(id)?;
                Ok(dossier.map(|dossier| written(dossier, &who)))
            })
            .await?;
        let json = written.ok_or_else(Failure::changed_id)?;
        let json = json.map_err(|error| Failure::internal(&error))?;
        Ok(ExportAnswer { json })
    }
}

fn written(dossier: Dossier, who: &Who) -> serde_json::Result<Vec<u8>> {
    let Dossier {
        portrait,
        atoms,
        events,
        codes,
        words,
        segments,
        timers,
    } = dossier;
    let profile = ProfileAnswer::of(portrait, who);
    serde_json::to_vec(&Export {
        profile: &profile,
        atoms: atoms.iter().map(atom).collect(),
        events: Events(&events),
        codes: codes.iter().map(code).collect(),
        words: words.iter().map(word).collect(),
        segments: segments.iter().map(segment).collect(),
        timers: timers.iter().map(timer).collect(),
    })
}

fn atom(view: &MemberView) -> Atom<'_> {
    let MemberView {
        claim,
        events,
        first,
        attributed,
    } = view;
    Atom::of(claim, *attributed, *events, first)
}

fn code(view: &CodeView) -> Code<'_> {
    let CodeView {
        event,
        state,
        minted,
        expires,
        store_id,
        basket,
        offer,
    } = view;
    Code {
        event: EventRef::from(event),
        state: State::from(state),
        minted: Time(*minted),
        expires: Time(*expires),
        store_id: store_id.as_deref(),
        basket: basket.as_ref().map(Content),
        offer: offer.as_ref().map(Content),
    }
}

fn word(view: &WordView) -> Word<'_> {
    let WordView { word, about } = view;
    Word::of(word, about)
}

fn segment(view: &SegmentView) -> Segment<'_> {
    let SegmentView { name, since, until } = view;
    Segment {
        name,
        since: since.map(Time),
        until: until.map(Time),
    }
}

fn timer(view: &TimerView) -> Timer<'_> {
    let TimerView { due, event, task } = view;
    let wait = match task {
        Task::Run(Run {
            flow,
            matter,
            step,
            deadline,
            held,
        }) => Wait::Flow {
            flow,
            matter,
            step: *step,
            deadline: deadline.map(Time),
            held: *held,
        },
        Task::Answer { matter, way, since } => Wait::Answer {
            matter,
            channel: way,
            since: Time(*since),
        },
    };
    Timer {
        due: Time(*due),
        event: EventRef::from(event),
        wait,
    }
}
