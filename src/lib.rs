//! Yekta (یکتا, Persian for *the only one*): one customer, one profile, on every channel.
//!
//! Web, mobile, store and call centre each tell what a customer does. Yekta resolves the identifiers in those events
//! into one profile per person, keeps it in an embedded store, and gives every channel the same history at the same
//! moment. This page is the map; each module's page says what it owns, what it must never do and who calls it.
//!
//! # How one event flows
//!
//! 1. [`http`] takes bytes (`routes::ingest`) and hands them to an [`engine::writer::intake`]. [`wire::decode()`] makes them
//!    [`domain::event::Event`]s, validated and normalised, or a [`wire::Rejection`] that is kept; the event's time is
//!    fixed here, once. Beside a broker the intake puts them into the input stream, and [`nats::ingest`] follows that:
//!    [`wire::decode_message`] makes the same events of it.
//! 2. [`engine::Handle::submit`] puts them into a bounded queue and waits; where the disk is nearly full (`engine::writer::room`) it
//!    refuses.
//! 3. The writer's one thread (`engine::writer::worker`, `engine::writer::taking`) takes what waits and calls `engine::step`, which
//!    has no effects; what it read or left last it knows from batch to batch (`engine::state::known`), and what nobody ever sent
//!    (`engine::state::absent`):
//!    - `tenant`: what is about the tenant and no customer goes into the catalogue ([`domain::catalogue`]), and no further.
//!    - `place`: the event's claim ([`domain::identity::Claim::of`]) says into which *atom* it goes; there it is folded
//!      ([`domain::profile::Aggregate`]). A late log-in moves the events it takes over.
//!    - `resolve`: the components around what changed (`seeds`) are found again, by the keys that join and by how alike
//!      people's facts are ([`engine::identity::component`], [`domain::similarity`]), and parted into persons
//!      ([`domain::identity::cluster()`]), as stewards said ([`domain::identity::Word`], `engine::identity::words`); who only
//!      mentions a value is attributed.
//!    - `combine`: the atoms of each changed person make its profile ([`domain::profile::Profile::combine`]), its next
//!      version and its fingerprint, which segments it is in (`engine::deciding`), and what it adds to what is counted of the
//!      experience of all (`engine::experience`, [`decide::experience::share()`]).
//!    - `arm`: what the events set going by the tenant's rules ([`decide::rule`]) is put up as a timer of the same commit.
//!    - `publish`: one message per changed profile, notices of who became one, parted or moved, each event with the context of its
//!      profile ([`domain::context`], written down by [`wire::out`]).
//! 4. The commit, all of that, is appended to the [`journal`] and synced, while the next batch is stepped; then it is applied
//!    to the [`store`], whose readers see it as one from then on; only then the caller is answered. The store's files get it
//!    in a thread of their own, together with others (`store::behind`). After a crash [`engine::folder::open`] applies what the
//!    journal holds more. A store that is damaged, or was written to when power went (`store::unsettled`), is built again from
//!    a snapshot ([`engine::folder::snapshots`], [`store::snapshot`]) and the journal.
//! 5. A question comes through an edge, which has [`api::guard::Guard`] say who asks and whether they may, to [`api::Api`],
//!    which asks [`engine::Query`]: it answers from committed state on any thread. What is not for the caller is taken out
//!    of the answer. `routes::updates` streams the published messages from any position of the journal, behind a copy of
//!    every profile ([`engine::queries::copies`]) where that is asked for.
//!
//! On NATS the way is the same but for its ends:
//!
//! - [`nats::ingest::Follower`] reads the stream `YEKTA_EVENTS` from the position that the last commit carries, decodes
//!   each message ([`wire::decode_message`]) and feeds the writer ([`engine::Handle::feed`]); what is posted over HTTP
//!   is put into that stream first ([`nats::ingest::StreamIntake`]).
//! - [`nats::journal::JetStreamJournal`] makes each commit one atomic batch of the journal stream, fenced so that one
//!   process owns it; the writer steps the next commit meanwhile. The server makes the KV bucket of profiles and the
//!   stream of updates out of the journal ([`nats::assets`]); whoever owns the tenant sees to it that these go on when a server is
//!   lost (`nats::views`).
//! - [`nats::service`] answers the questions and commands of [`api`], as HTTP does.
//!
//! Where several processes share a tenant (`app::standby`, `app::owner`), one of them is the writer as above. The others follow its
//! journal ([`nats::journal::JetStreamFollower`]) into stores of their own ([`engine::standby`]), answer questions, and send what needs
//! the writer to it ([`http::duty`]). Who holds the lease ([`nats::lease`]) takes the journal over, and whoever wrote it before can
//! commit nothing from then on; the routes that are served change with the duty ([`http::switch`]). What a process erases the others
//! clear from their files by its word (`engine::erasing::cleared`); who comes with an empty disk begins with the newest snapshot
//! ([`nats::shelf`]).
//!
//! In a shop whose line may be down a process (`app::shop`) follows a mirror of the journal at the shop's own server, and never
//! takes it over. What is posted there goes into the shop's input stream, which headquarters' one sources, and what tills redeemed
//! into a stream of its own ([`nats::line`]), from where the owner settles it.
//!
//! A process of several tenants is as many services behind one door (`app::hosting`, [`http::tenants`]): each has all of the above for
//! itself, configured by a file that says what differs ([`config::Tenants`]). Operators have the files changed by hand or over HTTP
//! ([`http::tenants::Administration`]). Processes with the same tenants hand them over to each
//! other until all own as many (`app::hosting::sharing`).
//!
//! A tenant too large for one engine has partitions: tenants beside it, each with some of its customers (`engine::parting`), whose
//! resolver (`engine::resolver`) routes events to them. Users see one tenant all the same: its routes are a gateway
//! ([`http::partitions`]) that hands each request to the partition that has the customer, also one that came over NATS
//! (`nats::service::routes`). What all of them publish is one stream, in the order in which the resolver wrote what it comes of
//! (`routes::updates::united`), behind a copy of every profile where that is asked for. What many of all these customers show, and by
//! what they are ranked, is found beside the resolver over all partitions (`engine::queries::answer::whole`); the resolver publishes
//! the one, and writes the other for each partition, which ranks its own by it (`engine::value`).
//!
//! What one value does to many, as when it turns out that too many hold it, is carried out a few atoms per commit
//! (`engine::identity::repair`), in turns with what comes (`engine::writer::upkeep`); who is still to be looked at again is pending.
//!
//! A service that starts with other rules than its store was kept by makes every atom anew in the background, a few per commit and
//! in turns with what comes (`engine::identity::edition`, `engine::identity::renew`): it ends where they had led from the first
//! event.
//!
//! Whoever is erased (`engine::erasing::erase`) is gone with that commit, or with the last of several where they are larger than
//! one may be (`engine::writer::taking`): events, index, codes, words; marks stay by which what comes again is refused
//! (`engine::erasing::erased`). Within the horizon [`engine::erasing::expunge`] has the bytes gone too: the journal begins anew
//! behind snapshots of what is left, the store is rewritten ([`store`]) while it is at work, and the broker's streams erase what
//! they held ([`nats::expunge`]); its bucket of profiles is written anew (`engine::erasing::anew`). The ledger
//! (`engine::erasing::ledger`) has it done again where an older copy is put back. Where a tenant has partitions
//! ([`engine::parting`]) all of them are told ([`engine::erasing::elsewhere`]), and the resolver's journal lets go of what all have
//! consumed ([`engine::erasing::forgetting`]); what was refused is the resolver's, which lets go first of what names them
//! (`http::partitions`). What is kept for a time only is taken out by `engine::erasing::expire` ([`domain::retention`]).
//!
//! What waits for its time (`engine::deciding`) wakes the writer, which carries some of it out in a step of its own: a flow is
//! judged then, by what is known of the customer by then. What it does is an event of ours about them and a message that is
//! published with it ([`wire::out::action`]); a decision is never made again. Rules that change are looked at again by
//! [`app`], and everybody's segments in turns with what comes.
//!
//! What customers are worth among all ([`decide::value`]) is found out now and then beside the writer, over what is committed
//! (`engine::value`): it takes all of them, so no event can say it. What many customers show ([`decide::experience::finding`])
//! is looked for in the same way over what is counted, and told once when it begins and once when it is over.
//!
//! Who is one person is a pure function of the set of events and the rules; a profile is a commutative fold over its
//! events. So nothing depends on the order of arrival, and what a merge joined a split can part.
//!
//! # The house
//!
//! | layer | modules | |
//! |---|---|---|
//! | 0 | [`domain`] | pure and synchronous; knows no JSON, no disk, no clock |
//! | 0 | [`decide`] | whether a customer is contacted, who serves them, what they are worth, how it was for them, the rules of the tenant: as pure, over profiles |
//! | 1 | [`wire`], [`cipher`], [`store`], [`journal`], [`audit`] | shapes; encryption at rest; the view; the log of commits; who was told of whom |
//! | 2 | [`engine`] | the writer and the queries |
//! | 2½ | [`api`] | the requests and answers of the public contract, whatever edge carries them |
//! | 3 | [`http`], [`nats`], [`console`] | the edges |
//! | 4 | [`config`], [`telemetry`], [`followed`] | settings; logs and metrics; files that are looked at again |
//! | 4½ | [`quality`], [`tryout`] | records with a known truth through the engine, and the scores; weights learned from records; rules tried out |
//! | 5 | [`app`], [`cli`] | build, run, drain; the commands |
//!
//! Imports only go down; `tests/architecture.rs` holds the table that says so.
//!
//! # Where to put something new
//!
//! - **A channel**, a source, an identifier kind or a context view: a table in the configuration, no code
//!   (`config/default.toml` documents each key).
//! - **A segment, a flow, a layout, a journey**: a table in a file of the folder that `decide.rules` names (`config/rules`), no
//!   code.
//! - **What an event type opens or closes**: `domain::profile::semantics`.
//! - **A fact by which people are told apart**: a [`domain::fact::FactKind`] and the trait that states it
//!   (`domain::fact::stated`); how alike two are in it: a field and its levels in [`domain::similarity`].
//! - **What agreement weighs**: a file that `quality::train` learns and [`config::weights`] reads, no code.
//! - **A rule that keeps people apart**: a `Reason` of [`domain::identity::cluster()`], checked where persons in the
//!   making are united (`forest`). Count up [`domain::identity::cluster::ALGORITHM`] with it, so that stores are renewed.
//! - **What was promised, felt or bought**: a register of `domain::profile::dealings`, read in `semantics::dealings`.
//! - **What was said to a customer**: a step of `domain::profile::contacts`, read in `semantics::contacts`; what they may hold
//!   the house to, in `domain::profile::pledges`.
//! - **What tells how it was for a customer**: a mark of `domain::profile::experience`, read in `semantics::experience`.
//! - **What is counted of that among all**: a [`decide::experience::Measure`] with its name (`named`), and where one person adds
//!   to it (`share`); what reports make of it, a question to [`decide::experience::table`] and a file of `api::experience`.
//! - **Something that many customers show**: a kind of [`decide::experience::finding`].
//! - **What a case by which rules are tested may give or expect**: `tryout::cases`.
//! - **A reason not to contact somebody, or not now**: a function over the case in [`decide::contact`], called in its place of
//!   the order; its numbers in `config::section::contact`.
//! - **What is counted for a report**: a `Happened` of [`decide::contact`], read of the event in `tally`; the engine counts it
//!   where it is placed (`engine::tallies`).
//! - **What a condition of a rule may ask for**: a variable in `decide::rule::condition::look`, or a question to the history in
//!   `condition::call`; which events change the answer, in [`decide::rule::touched`].
//! - **A kind of rule that files hold**: a list of [`decide::rule::Rulebook`], read in `config::rules`.
//! - **A reason to route a call otherwise**: a rule in [`decide::routing`], in its place of the order; its numbers in
//!   `config::section::routing`. What just happened to a customer, for both: `decide::recent`.
//! - **What events say of agents**: [`domain::agent`], taken in by `engine::tenant`.
//! - **What an agent is to do next, or to leave alone**: a rule in `domain::context::{next_step, avoid}`.
//! - **What the tenant says of itself**: a kind of [`domain::catalogue`], read in `wire::tenant`, kept in a file of
//!   `engine::tenant`; what a context has to look up of it, in `engine::surroundings`.
//! - **What contradicts what a customer was told**: a rule in [`domain::context::contradictions`].
//! - **A code that scanners read**: `domain::scan`.
//! - **A fact that a context shows**: a variant of [`domain::context::Section`].
//! - **A shape that clients send**: a file beside `wire::native`, filling the same draft.
//! - **A role, and what it may**: a column of the table in `api::guard::policy`; a member that is added to an answer which
//!   some role sees a part of: what kind of data it is, in `api::guard::members`.
//! - **A question**: its request, its answer and the method that answers it in a file of [`api`].
//! - **A command**: a variant of [`engine::api::Command`] and its arm in `engine::commands`; its request in [`api`]. Whom its answer
//!   goes with to another partition: `engine::parting::answered`.
//! - **How long a type of event is kept**: a table of the configuration (`[retention.TYPE]`), no code.
//! - **A file in the tenant's folder that says something of people**: encrypted as one more [`cipher::Place`], and made anew or
//!   removed by `engine::erasing::expunge`.
//! - **Something stored about a person**: what `engine::erasing::erase` deletes, [`engine::queries::query::Dossier`] tells, and
//!   `engine::parting::belongings` takes along to another partition.
//! - **Something that only the writer can do**: its action is one of [`api::guard::Action::is_command`], so that a standby sends the
//!   client to the owner.
//! - **A route**: a row of the table in [`http::router`] and of `openapi.json`; what it reads becomes a request of
//!   [`api`], so that every edge has it. How its partition is found, where a tenant has some: a row of `http::partitions::table`.
//! - **A route of a process of several tenants**: a row of `http::tenants::administration` and of the `openapi.json` beside it.
//! - **A subject**: of what is published, a method of [`wire::out::update::Subjects`]; of what is asked, a row of
//!   `nats::service::calls` and of `nats::service::routes`; and of either a channel of `asyncapi.yaml`, which lies beside `openapi.json`.
//! - **Another log of commits**: a [`journal::Journal`] and its reader; nothing else of the engine knows which it is.

pub mod domain;

pub mod decide;

pub mod cipher;
pub mod journal;
pub mod store;
pub mod wire;

pub mod engine;

pub mod api;

pub mod console;
pub mod http;
pub mod nats;

pub mod config;
pub mod followed;
pub mod telemetry;

pub mod quality;
pub mod tryout;

pub mod app;
pub mod audit;
pub mod cli;
