//! The wire forms of the SDKs for telephones, replayed byte for byte: no `Authorization`, the key in the body, text that
//! is JSON, packed and in chunks; and what else of odd there is on the wire.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use crate::{
    api::Api,
    process::{Service, serve},
};

const KEY: &str = "k-mobile";

/// A service that takes events from whoever has [`KEY`].
struct Shop {
    service: Service,
    api: Api,
    _data: tempfile::TempDir,
}

impl Shop {
    fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = serve(data.path());
        command.env("YEKTA_HTTP__WRITE_KEY", KEY);
        let service = Service::of(command);
        Self {
            api: Api::of(&service.url),
            service,
            _data: data,
        }
    }

    /// Status and answer of a request of these header lines; `chunks` are sent as such, one after the other.
    fn send(&self, path: &str, headers: &[&str], chunks: &[&[u8]]) -> (u16, Value) {
        let address = self.service.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("transfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        for chunk in chunks {
            let sent = write!(stream, "{:x}\r\n", chunk.len())
                .and_then(|()| stream.write_all(chunk))
                .and_then(|()| stream.write_all(b"\r\n"));
            // Whoever is answered before the end need not say the rest.
            if sent.is_err() {
                break;
            }
        }
        let _answered = stream.write_all(b"0\r\n\r\n");
        answer(stream)
    }

    /// The same, packed.
    fn send_packed(&self, path: &str, body: &str) -> (u16, Value) {
        let packed = packed(body.as_bytes());
        let (first, rest) = packed.split_at(packed.len() / 2);
        let headers = [
            "content-type: text/plain; charset=utf-8",
            "content-encoding: gzip",
        ];
        self.send(path, &headers, &[first, rest])
    }

    /// Status and bytes of what a letter shows.
    fn image(&self, path: &str) -> (u16, Vec<u8>) {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let request = config.new_agent().get(format!("{}{path}", self.service.url));
        let mut answer = request.call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_vec().unwrap())
    }
}

fn answer(mut stream: TcpStream) -> (u16, Value) {
    let mut said = Vec::new();
    // Whoever is answered before the end finds the connection broken behind the answer.
    let ended = stream.read_to_end(&mut said);
    let said = String::from_utf8(said).unwrap();
    let Some((head, body)) = said.split_once("\r\n\r\n") else {
        panic!("{ended:?} behind {said:?}")
    };
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// A batch as the SDK `library` makes it, with the key as its last member.
fn batch(library: &str, user: &str) -> String {
    let context = format!(
        r#""context":{{"library":{{"name":"{library}","version":"1.25.0"}},"device":{{"id":"d-{user}","type":"phone",
           "manufacturer":"m","model":"x"}},"os":{{"name":"os","version":"18"}},"app":{{"name":"Shop","version":"3"}}}}"#
    );
    format!(
        r#"{{"batch":[
        {{"type":"track","messageId":"{user}-1","anonymousId":"a-{user}","userId":"","event":"Application Opened",
          "properties":{{"from_background":false}},"timestamp":"2026-11-20T10:00:00.000Z","integrations":{{}},{context}}},
        {{"type":"identify","messageId":"{user}-2","anonymousId":"a-{user}","userId":"{user}","traits":{{"email":"s@example.org"}},
          "timestamp":"2026-11-20T10:00:01.000Z","integrations":{{}},{context}}},
        {{"type":"screen","messageId":"{user}-3","anonymousId":"a-{user}","userId":"{user}","name":"Bags","category":"Shop",
          "properties":{{}},"timestamp":"2026-11-20T10:00:02.000Z","integrations":{{}},{context}}}],
        "sentAt":"2026-11-20T10:00:03.000Z","writeKey":"{KEY}"}}"#
    )
}

/// A way to send a body: status and answer.
type Form<'a> = &'a dyn Fn(&str) -> (u16, Value);

#[test]
fn what_telephones_send_is_taken_with_the_key_that_is_in_it() {
    let shop = Shop::open();
    let swift = |body: &str| {
        let headers = ["content-type: application/json; charset=utf-8"];
        shop.send("/v1/b", &headers, &[body.as_bytes()])
    };
    let react_native = |body: &str| shop.send("/v1/b/", &["content-type: text/plain"], &[body.as_bytes()]);
    let forms: [(&str, Form<'_>); 4] = [
        ("analytics-kotlin", &|body| shop.send_packed("/v1/b", body)),
        ("analytics-android", &|body| shop.send_packed("/v1/import", body)),
        ("analytics-swift", &swift),
        ("analytics-react-native", &react_native),
    ];
    for (library, send) in forms {
        let (status, answered) = send(&batch(library, library));
        assert_eq!(
            (status, &answered["accepted"]),
            (200, &json!(3)),
            "{library}: {answered}"
        );
        assert_eq!(answered["success"], true);
        let profile = shop.api.profile("user_id", library);
        assert_eq!(
            profile["counters"]["by_channel"],
            json!({"mobile": 3}),
            "{library}"
        );
        // The first was nobody's yet.
        assert_eq!(profile["counters"]["events"], 3);
        let again = send(&batch(library, library));
        assert_eq!((again.0, &again.1["duplicates"]), (200, &json!(3)), "{library}");
        let strange = batch(library, library).replace(KEY, "another");
        assert_eq!(send(&strange).0, 401, "{library}");
    }
    shop.service.stop();
}

#[test]
fn settings_say_where_to_send_and_that_there_is_nobody_else() {
    let shop = Shop::open();
    let host = shop.service.url.strip_prefix("http://").unwrap().to_owned();
    for path in [
        "/v1/projects/k/settings",
        "/v1/projects/k/settings/",
        "/projects/k/settings",
    ] {
        let settings = shop.api.get(path);
        let segment = json!({"apiKey": "k", "apiHost": format!("{host}/v1"), "protocol": "http"});
        assert_eq!(settings["integrations"], json!({"Segment.io": segment}), "{path}");
        assert_eq!(settings["metrics"]["sampleRate"], 0);
    }
    let source = shop
        .api
        .get("/sourceConfig/?p=npm&v=3.34.1&build=modern&writeKey=k");
    assert_eq!(source["source"]["destinations"], json!([]));
    assert_eq!(source["source"]["enabled"], true);
    shop.service.stop();
}

#[test]
fn a_bomb_of_fifty_megabytes_is_too_large() {
    let shop = Shop::open();
    let bomb = packed(&vec![b' '; 50 << 20]);
    assert!(bomb.len() < 60_000);
    let headers = ["content-encoding: gzip", "authorization: Bearer k-mobile"];
    let (status, problem) = shop.send("/v1/batch", &headers, &[&bomb]);
    assert_eq!(
        (status, &problem["code"]),
        (413, &json!("too_large")),
        "{problem}"
    );
    assert!(problem["message"].is_string());
    shop.service.stop();
}

#[test]
fn odd_messages_are_read_for_what_they_mean() {
    let shop = Shop::open();
    let now = jiff::Timestamp::now();
    let (ahead, slow) = (
        now + jiff::SignedDuration::from_hours(3),
        now - jiff::SignedDuration::from_hours(2),
    );
    let messages = json!([
        // An alias from oneself to oneself says nothing.
        {"type": "alias", "messageId": "1", "userId": "sara", "previousId": "sara"},
        {"type": "track", "messageId": "2", "userId": 4711, "anonymousId": null, "event": "Numbered"},
        {"type": "track", "messageId": "3", "userId": "sara", "event": "Ahead", "timestamp": ahead.to_string()},
        // Two hours slow: what it calls so was now.
        {"type": "track", "messageId": "4", "userId": "sara", "event": "Slow", "originalTimestamp": slow.to_string(),
         "sentAt": slow.to_string()},
        {"type": "track", "messageId": "5", "userId": "sara", "event": "Large", "properties": {"text": "x".repeat(33_000)}},
    ]);
    let body = json!({"batch": messages, "writeKey": KEY}).to_string();
    let (status, answered) = shop.send("/v1/batch", &[], &[body.as_bytes()]);
    assert_eq!((status, &answered["accepted"]), (200, &json!(4)), "{answered}");
    assert_eq!(answered["rejected"][0]["code"], "too_large");
    assert_eq!(answered["rejected"][0]["index"], 4);
    let sara = shop.api.profile("user_id", "sara");
    assert_eq!(sara["identifiers"].as_array().unwrap().len(), 1, "{sara}");
    assert_eq!(shop.api.profile("user_id", "4711")["counters"]["events"], 1);
    let timeline = shop.api.get("/v1/profiles/user_id:sara/timeline");
    for event in timeline["events"].as_array().unwrap() {
        let time: jiff::Timestamp = event["time"].as_str().unwrap().parse().unwrap();
        let received: jiff::Timestamp = event["received"].as_str().unwrap().parse().unwrap();
        assert!(
            received.duration_since(time).abs() < jiff::SignedDuration::from_mins(1),
            "{event}"
        );
        // What the sender said is kept where it was not taken.
        let is_corrected = ["Ahead", "Slow"].contains(&event["type"].as_str().unwrap());
        assert_eq!(event.get("stated_time").is_some(), is_corrected, "{event}");
    }
    let many =
        json!({"batch": vec![json!({"type": "track", "userId": "u", "event": "E"}); 2_501], "writeKey": KEY});
    let (status, problem) = shop.send("/v1/batch", &[], &[many.to_string().as_bytes()]);
    assert_eq!((status, &problem["code"]), (413, &json!("too_many")), "{problem}");
    shop.service.stop();
}

#[test]
fn an_image_in_a_letter_tells_that_it_was_opened() {
    let shop = Shop::open();
    let path = format!(
        "/pixel/v1/track?writeKey={KEY}&anonymousId=letter-1&event=Email%20Opened&properties.campaign.name=Nowruz"
    );
    for opened in 1..3 {
        let (status, image) = shop.image(&path);
        assert_eq!((status, image.get(..6)), (200, Some(&b"GIF89a"[..])));
        let profile = shop.api.profile("anonymous_id", "letter-1");
        assert_eq!(profile["counters"]["events"], opened);
    }
    let timeline = shop.api.get("/v1/profiles/anonymous_id:letter-1/timeline");
    assert_eq!(
        timeline["events"][0]["properties"],
        json!({"campaign": {"name": "Nowruz"}})
    );
    // A page without a name is a page; a track without one is refused, and the letter shows the same.
    let refused = format!("/pixel/v1/track?writeKey={KEY}&anonymousId=letter-1");
    assert_eq!(shop.image(&refused).0, 200);
    let rejections = shop.api.get("/v1/rejections");
    assert_eq!(rejections["rejections"][0]["code"], "missing_member");
    assert_eq!(shop.image("/pixel/v1/page?anonymousId=letter-1").0, 401);
    shop.service.stop();
}
