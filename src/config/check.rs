//! What settings of different sections owe each other. Looks only at what was read without a problem.

use crate::{
    config::{Settings, Tls, listing::quoted, reader::Reader},
    telemetry::Secret,
    wire::digest::Digest,
};

/// Reports settings that contradict each other.
pub(crate) fn agreement(settings: &Settings, root: &mut Reader<'_>) {
    where_others_reach(settings, root);
    keys_that_differ(settings, root);
    views_that_exist(settings, root);
    bounds_that_fit(settings, root);
    caps_that_let_through(settings, root);
    time_for_an_answer(settings, root);
    somewhere_to_meet(settings, root);
    a_line_to_headquarters(settings, root);
}

/// Processes that share a tenant share its journal, which is a broker's then.
fn somewhere_to_meet(settings: &Settings, root: &mut Reader<'_>) {
    let keys = ["cluster.standby", "nats.url"];
    if root.is_sound(&keys) && settings.cluster.is_some() && settings.nats.is_none() {
        let expected =
            "expected nats.url to be set, since processes share a tenant through its journal there";
        root.refuse_inside(&["cluster", "standby"], Some("true".to_owned()), expected);
    }
    let Some(cluster) = &settings.cluster else { return };
    let is_told = cluster.url.is_some() || settings.http.public_url.is_some();
    let keys = ["cluster.url", "http.listen", "http.public_url"];
    if root.is_sound(&keys) && !is_told && settings.http.listen.ip().is_unspecified() {
        let expected =
            "expected where the other processes' clients reach this one, since http.listen does not say";
        root.refuse_inside(&["cluster", "url"], None, expected);
    }
}

/// A process in a shop has a server of the shop's beside it, and never owns the tenant.
fn a_line_to_headquarters(settings: &Settings, root: &mut Reader<'_>) {
    let Some(shop) = &settings.shop else { return };
    let lacking = [
        (
            settings.nats.is_none(),
            "nats.url",
            "expected nats.url to name the shop's server, which is a leaf node of headquarters'",
        ),
        (
            settings.cluster.is_some(),
            "cluster.standby",
            "expected nothing, since cluster.standby is true and a process in a shop never owns the tenant",
        ),
    ];
    for (_, key, expected) in lacking.into_iter().filter(|(lacks, ..)| *lacks) {
        if root.is_sound(&["shop.hub", key]) {
            root.refuse_inside(&["shop", "hub"], Some(quoted(&shop.hub)), expected);
        }
    }
}

/// While a request is worked on nothing is sent: a connection is not taken for idle meanwhile.
fn time_for_an_answer(settings: &Settings, root: &mut Reader<'_>) {
    let (idle, request) = (settings.http.idle_timeout, settings.http.request_timeout);
    let keys = ["http.idle_timeout_ms", "http.request_timeout_ms"];
    if root.is_sound(&keys) && idle < request {
        let expected = format!(
            "expected at least http.request_timeout_ms, which is {}",
            request.as_millis()
        );
        root.refuse_inside(
            &["http", "idle_timeout_ms"],
            Some(idle.as_millis().to_string()),
            expected,
        );
    }
}

/// A service that others can reach asks for keys, and speaks TLS or has somebody in front of it that does.
fn where_others_reach(settings: &Settings, root: &mut Reader<'_>) {
    const KEYS: [&str; 7] = [
        "http.listen",
        "http.write_key",
        "http.write_key_file",
        "http.read_key",
        "http.read_key_file",
        "keys",
        "tokens",
    ];
    const TLS: [&str; 5] = [
        "http.listen",
        "http.tls_cert_file",
        "http.tls_key_file",
        "http.tls_by_proxy",
        "http.dev_certificate",
    ];
    let http = &settings.http;
    if http.is_local() {
        return;
    }
    let no_keys = "http.write_key and http.read_key to be set, or keys with a channel and with a role";
    let no_tls =
        "http.tls_cert_file and http.tls_key_file to be set, or http.tls_by_proxy where a proxy speaks TLS";
    // Both are looked at before the first is refused: they are problems of one key.
    let lacking = [
        // The keys of a process of several tenants open none of them.
        (
            !settings.asks_for_keys() && settings.tenants.is_none() && root.is_sound(&KEYS),
            no_keys,
        ),
        (http.tls == Tls::Off && root.is_sound(&TLS), no_tls),
    ];
    for (_, what) in lacking.into_iter().filter(|(lacks, _)| *lacks) {
        let expected = format!(
            "expected a loopback address without a proxy, or {what}, since others can reach this one"
        );
        let address = quoted(&http.listen.to_string());
        root.refuse_inside(&["http", "listen"], Some(address), expected);
    }
}

/// No key is for two purposes: what browsers show to everybody would open what is asked for with it.
fn keys_that_differ(settings: &Settings, root: &mut Reader<'_>) {
    let of = |key: &Option<Secret>| key.as_ref().map(|key| Digest::of(key.expose().as_bytes()));
    let mut known: Vec<Digest> = [of(&settings.http.write_key), of(&settings.http.read_key)]
        .into_iter()
        .flatten()
        .chain([Digest::of(b"")])
        .collect();
    if known.first() == known.get(1) && root.is_sound(&["http.read_key", "http.read_key_file"]) {
        let expected = "expected another key than http.write_key, which browsers show to everybody";
        root.refuse_inside(&["http", "read_key"], None, expected);
    }
    for (name, key) in &settings.keys {
        if known.contains(&key.digest) {
            let expected = "expected a key, and one that nobody else has";
            root.refuse_inside(&["keys", name, "sha256"], None, expected);
        }
        known.push(key.digest);
    }
}

fn views_that_exist(settings: &Settings, root: &mut Reader<'_>) {
    let names: Vec<&str> = settings.views.keys().map(String::as_str).collect();
    for (name, channel) in &settings.channels.channels {
        let read = root.is_sound(&[&format!("channels.{name}.view"), "views"]);
        if read && !names.contains(&channel.view.as_str()) {
            let expected = format!("expected a view, one of {}", names.join(", "));
            root.refuse_inside(&["channels", name, "view"], Some(quoted(&channel.view)), expected);
        }
    }
}

/// Of what a cap lets through only a part is kept for what matters more.
fn caps_that_let_through(settings: &Settings, root: &mut Reader<'_>) {
    for (name, cap) in &settings.contact.caps {
        let [most, reserved] = ["most", "reserved"].map(|key| format!("contact.caps.{name}.{key}"));
        if root.is_sound(&[&most, &reserved]) && cap.most > 0 && cap.reserved >= cap.most {
            let expected = format!("expected less than {most}, which is {}", cap.most);
            root.refuse_inside(
                &["contact", "caps", name, "reserved"],
                Some(cap.reserved.to_string()),
                expected,
            );
        }
    }
}

/// What one bound lets in fits into the next: an event into a request, and into a commit several times over, since a
/// commit holds it, its context and what it adds to.
fn bounds_that_fit(settings: &Settings, root: &mut Reader<'_>) {
    let event = ("decode", "event_bytes_max", settings.decode.event_bytes_max);
    let body = ("http", "body_bytes_max", settings.http.body_bytes_max);
    let commit = ("journal", "commit_bytes_max", settings.journal.commit_bytes_max);
    // All are looked at before the first is refused: a bound may be too small for one and too large for another.
    let fitting = [(event, body), (event, commit)].map(|(inner, outer)| {
        let keys = [
            format!("{}.{}", inner.0, inner.1),
            format!("{}.{}", outer.0, outer.1),
        ];
        let fits = !root.is_sound(&keys.each_ref().map(String::as_str)) || inner.2 <= outer.2;
        (fits, inner, outer)
    });
    for (_, (section, key, least), (outer, bound, bytes)) in fitting.into_iter().filter(|(fits, ..)| !fits) {
        let expected = format!("expected at least {section}.{key}, which is {least}");
        root.refuse_inside(&[outer, bound], Some(bytes.to_string()), expected);
    }
}
