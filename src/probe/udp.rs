//! A datagram, and what comes back.

use health::{CheckSpec, UdpCheck};
use socket2::{Protocol, Type};
use tokio::time::Instant;

use crate::datagram::{self, NoSocket};
use crate::phase::Limit;
use crate::words;

/// A UDP check. Where no answer is required it takes all its time, unless one comes: an ICMP error may come late.
pub(crate) async fn check(spec: &CheckSpec, udp: &UdpCheck, deadline: Instant) -> Result<(), String> {
    let socket = datagram::open(spec, Type::DGRAM, Some(Protocol::UDP)).map_err(NoSocket::words)?;
    let limit = Limit::reply(spec, deadline);
    datagram::send(&socket, &udp.payload, limit).await?;
    match datagram::answer(&socket, limit, |answer| Some(judge(answer, udp))).await {
        Some(answer) => answer?,
        None if udp.require_reply => Err(format!("{} waiting for an answer", limit.words())),
        None => Ok(()),
    }
}

fn judge(answer: &[u8], udp: &UdpCheck) -> Result<(), String> {
    let (min, max) = (usize::from(udp.min_reply), usize::from(udp.max_reply));
    if !(min..=max).contains(&answer.len()) {
        return Err(format!("answer: {} bytes, wanted {min} to {max}", answer.len()));
    }
    if words::holds(answer, &udp.expect) {
        return Ok(());
    }
    Err(format!("answer: {}, wanted {} in it", words::quoted(answer), words::quoted(&udp.expect)))
}
