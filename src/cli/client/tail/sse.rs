//! Server-sent events, taken apart line by line as the HTML standard says: owns [`Parser`].
//!
//! Takes chunks as they come from the network, cut anywhere. Keeps the last id over a broken connection.

use std::time::Duration;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The id that was last named, by which a client resumes.
    pub(crate) id: String,
    /// What sort it is; `message` where the stream does not say.
    pub(crate) event: String,
    /// What it says, lines joined by line feeds.
    pub(crate) data: String,
}

/// A message grew beyond [`Parser::BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// The state between two chunks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    after_return: bool,
    begun: bool,
    data: String,
    event: String,
    /// Named since the last blank line; it holds from the next one.
    id: String,
    last_id: String,
    retry: Option<Duration>,
}

impl Parser {
    /// Bytes of a line, and of a message's data, that are kept.
    pub(crate) const BYTES_MAX: usize = 4 * 1024 * 1024;

    /// A parser that goes on behind the message called `id`.
    pub(crate) fn after(id: String) -> Self {
        Self {
            id: id.clone(),
            last_id: id,
            ..Self::default()
        }
    }

    /// The id behind which to resume; empty before any was named.
    pub(crate) fn last_id(&self) -> &str {
        &self.last_id
    }

    /// How long the server asks to wait before a reconnection.
    pub(crate) const fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Forgets the message that was cut off when the connection broke.
    pub(crate) fn reconnected(&mut self) {
        let retry = self.retry;
        *self = Self {
            retry,
            ..Self::after(std::mem::take(&mut self.last_id))
        };
    }

    /// Reads on: the messages that `chunk` completes are added to `messages`.
    ///
    /// # Errors
    /// When a message is too long.
    pub(crate) fn feed(&mut self, chunk: &[u8], messages: &mut Vec<Message>) -> Result<(), TooLong> {
        for &byte in chunk {
            let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if follows_return => {}
                b'\n' | b'\r' => messages.extend(self.end_line()?),
                _ if self.line.len() == Self::BYTES_MAX => return Err(TooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<Message>, TooLong> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let mut line = line.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if self.data.len().saturating_add(value.len()) >= Self::BYTES_MAX {
                    return Err(TooLong);
                }
                self.data.push_str(value);
                self.data.push('\n');
            }
            "event" => value.clone_into(&mut self.event),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // A comment has an empty field's name; others are to be passed over.
            _ => {}
        }
        Ok(None)
    }

    /// A blank line: the message is whole. One without data only says where the stream is.
    fn dispatch(&mut self) -> Option<Message> {
        self.last_id.clone_from(&self.id);
        let event = std::mem::take(&mut self.event);
        let mut data = std::mem::take(&mut self.data);
        data.pop()?;
        Some(Message {
            id: self.last_id.clone(),
            event: if event.is_empty() {
                "message".to_owned()
            } else {
                event
            },
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fed(chunks: &[&[u8]]) -> (Vec<(String, String, String)>, Parser) {
        let (mut parser, mut messages) = (Parser::default(), Vec::new());
        for chunk in chunks {
            parser.feed(chunk, &mut messages).unwrap();
        }
        (
            messages
                .into_iter()
                .map(|one| (one.id, one.event, one.data))
                .collect(),
            parser,
        )
    }

    fn check(text: &str, expected: &[(&str, &str, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(id, event, data)| (id.to_string(), event.to_string(), data.to_string()))
            .collect();
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(fed(&[text.as_bytes()]).0, expected, "{text:?}");
        assert_eq!(fed(&bytes).0, expected, "byte by byte: {text:?}");
        // Any of the three ends of a line reads the same.
        assert_eq!(
            fed(&[text.replace('\n', "\r\n").as_bytes()]).0,
            expected,
            "CRLF: {text:?}"
        );
        assert_eq!(
            fed(&[text.replace('\n', "\r").as_bytes()]).0,
            expected,
            "CR: {text:?}"
        );
    }

    #[test]
    fn messages_are_taken_apart() {
        check(
            "id: 7\nevent: updates\ndata: {\"a\":1}\n\n",
            &[("7", "updates", "{\"a\":1}")],
        );
        check("data:a\ndata:  b\ndata\n\n", &[("", "message", "a\n b\n")]);
        check("\u{feff}data: ن\n\n", &[("", "message", "ن")]);
        check("data: cut off\n", &[]);
        check(
            "unknown: x\ndata: a:b\n\nevent: x\n\ndata: c\n\n",
            &[("", "message", "a:b"), ("", "message", "c")],
        );
    }

    #[test]
    fn comments_say_nothing_and_an_id_holds_on() {
        check(
            ": live\nid: 3\n\n:\ndata: a\n\ndata: b\nid: 4\n\n",
            &[("3", "message", "a"), ("4", "message", "b")],
        );
        let (_, parser) = fed(&[b"retry: 250\nid: 3\n\nid: 4\ndata: half"]);
        assert_eq!(
            (parser.last_id(), parser.retry()),
            ("3", Some(Duration::from_millis(250)))
        );
        assert_eq!(fed(&[b"id: a\0b\nretry: 1x\n\n"]).1.last_id(), "");
    }

    #[test]
    fn a_broken_connection_leaves_the_id_and_no_half_message() {
        let (_, mut parser) = fed(&[b"retry: 9\nid: 3\n\nid: 4\ndata: half\nda"]);
        parser.reconnected();
        let mut messages = Vec::new();
        parser.feed(b"data: whole\n\n", &mut messages).unwrap();
        assert_eq!(
            (messages[0].id.as_str(), messages[0].data.as_str()),
            ("3", "whole")
        );
        assert_eq!(parser.retry(), Some(Duration::from_millis(9)));
    }

    #[test]
    fn a_message_is_bounded() {
        let line = [b"data: ".as_slice(), &vec![b'x'; Parser::BYTES_MAX / 2], b"\n"].concat();
        let (mut parser, mut messages) = (Parser::default(), Vec::new());
        assert_eq!(parser.feed(&line, &mut messages), Ok(()));
        assert_eq!(parser.feed(&line, &mut messages), Err(TooLong));
        let endless = vec![b'x'; Parser::BYTES_MAX + 1];
        assert_eq!(Parser::default().feed(&endless, &mut messages), Err(TooLong));
    }
}
