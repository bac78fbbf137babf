//! What the demo says before its story begins: where to look.

use std::{
    io::{self, Write},
    path::Path,
};

use crate::cli::{command::play::agent_page, story::STORE};

/// Writes the addresses of what there is to see at `url`; the data is in `folder`.
pub(super) fn print(out: &mut impl Write, url: &str, folder: &Path) -> io::Result<()> {
    let card = agent_page(url, None);
    writeln!(out, "listening on {url}")?;
    writeln!(out, "  console     {url}/")?;
    writeln!(out, "  agent card  {card}")?;
    writeln!(out, "  till        {url}/pos?store_id={STORE}")?;
    writeln!(
        out,
        "  reports     {url}/v1/reports/cx   (journey, gap, coverage; /v1/insights)"
    )?;
    writeln!(
        out,
        "  events      POST {url}/v1/events   (any write key: nothing but loopback is listened on)"
    )?;
    writeln!(out, "  updates     {url}/v1/updates")?;
    writeln!(out, "  metrics     {url}/metrics")?;
    writeln!(out, "  data        {} (removed at the end)", folder.display())?;
    out.flush()
}
