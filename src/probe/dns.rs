//! A question by UDP (RFC 1035).

use health::{CheckSpec, DnsCheck};
use hickory_proto::op::{Header, Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder};
use socket2::{Protocol, Type};
use tokio::time::Instant;

use crate::datagram::{self, NoSocket};
use crate::phase::Limit;

/// A DNS check. An answer without error is good, whatever it holds, and also when it was cut (TC).
pub(crate) async fn check(spec: &CheckSpec, dns: &DnsCheck, deadline: Instant) -> Result<(), String> {
    let question = question(dns)?;
    let (id, bytes) = message(&question)?;
    let socket = datagram::open(spec, Type::DGRAM, Some(Protocol::UDP)).map_err(NoSocket::words)?;
    let limit = Limit::reply(spec, deadline);
    datagram::send(&socket, &bytes, limit).await?;
    // what answers another question may be late, or forged: not ours either way
    match datagram::answer(&socket, limit, |answer| response_code(answer, id, &question)).await {
        Some(code) => judge(code?, dns),
        None => Err(format!("{} waiting for the answer", limit.words())),
    }
}

fn question(dns: &DnsCheck) -> Result<Query, String> {
    let mut name = Name::from_ascii(&dns.name).map_err(|error| format!("name {:?}: {error}", dns.name))?;
    name.set_fqdn(true);
    // the parser knows capitals only
    let record: Result<RecordType, _> = dns.record.to_ascii_uppercase().parse();
    let record = record.map_err(|_| format!("record type {:?} is not known", dns.record))?;
    Ok(Query::query(name, record))
}

/// The identifier is random.
fn message(question: &Query) -> Result<(u16, Vec<u8>), String> {
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(question.clone());
    let bytes = message.to_vec().map_err(|error| format!("question: {error}"))?;
    Ok((message.metadata.id, bytes))
}

/// What an answer to this question says; none: it is no answer to it. Records are not looked at.
fn response_code(answer: &[u8], id: u16, question: &Query) -> Option<ResponseCode> {
    let mut decoder = BinDecoder::new(answer);
    let header = Header::read(&mut decoder).ok()?;
    if header.id != id || header.message_type != MessageType::Response {
        return None;
    }
    let code = header.response_code;
    let repeats = match header.counts.queries {
        // a server that could not read the question, or would not, need not repeat it
        0 => code != ResponseCode::NoError,
        _ => Query::read(&mut decoder).is_ok_and(|query| same(&query, question)),
    };
    repeats.then_some(code)
}

/// Names are equal whatever their case (RFC 1035, 2.3.3).
fn same(answered: &Query, asked: &Query) -> bool {
    answered.name == asked.name
        && answered.query_type == asked.query_type
        && answered.query_class == asked.query_class
}

fn judge(code: ResponseCode, dns: &DnsCheck) -> Result<(), String> {
    if code == ResponseCode::NoError {
        return Ok(());
    }
    Err(format!("{} {}: {}", dns.record, dns.name, words(code)))
}

/// As RFC 1035 and dig name them.
#[expect(clippy::wildcard_enum_match_arm, reason = "the crate may learn more of them")]
fn words(code: ResponseCode) -> String {
    match code {
        ResponseCode::FormErr => "the server could not read the question (FORMERR)".to_owned(),
        ResponseCode::ServFail => "the server failed (SERVFAIL)".to_owned(),
        ResponseCode::NXDomain => "no such name (NXDOMAIN)".to_owned(),
        ResponseCode::NotImp => "the server does not do that (NOTIMP)".to_owned(),
        ResponseCode::Refused => "the server refuses to answer (REFUSED)".to_owned(),
        other => format!("the server answers with error {} ({other})", other.low()),
    }
}

#[cfg(test)]
mod tests;
