//! What settings of different sections owe each other. Looks only at what was read without a problem.

use crate::config::{Settings, Tls, listing::quoted, reader::Reader};

/// Reports settings that contradict each other.
pub(crate) fn agreement(settings: &Settings, root: &mut Reader<'_>) {
    where_others_reach(settings, root);
    views_that_exist(settings, root);
    bounds_that_fit(settings, root);
    time_for_an_answer(settings, root);
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
    let http = &settings.http;
    if http.is_local() {
        return;
    }
    let keys = [
        "listen",
        "write_key",
        "write_key_file",
        "read_key",
        "read_key_file",
    ];
    let tls = [
        "listen",
        "tls_cert_file",
        "tls_key_file",
        "tls_by_proxy",
        "dev_certificate",
    ];
    let no_keys = "http.write_key and http.read_key to be set";
    let no_tls =
        "http.tls_cert_file and http.tls_key_file to be set, or http.tls_by_proxy where a proxy speaks TLS";
    let lacks = [
        (keys, http.write_key.is_none() || http.read_key.is_none(), no_keys),
        (tls, http.tls == Tls::Off, no_tls),
    ];
    // Both are looked at before the first is refused: they are problems of one key.
    let lacking = lacks.map(|(keys, lacks, what)| {
        let keys = keys.map(|key| format!("http.{key}"));
        (root.is_sound(&keys.each_ref().map(String::as_str)) && lacks, what)
    });
    for (_, what) in lacking.into_iter().filter(|(lacks, _)| *lacks) {
        let expected = format!("expected a loopback address, or {what}, since others can reach this one");
        let address = quoted(&http.listen.to_string());
        root.refuse_inside(&["http", "listen"], Some(address), expected);
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
