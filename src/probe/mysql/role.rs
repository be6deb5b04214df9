//! Whether a server may be written to, or follows another.

use health::MysqlRole;

use super::packet::{self, Reply};
use super::{Client, Refusal};
use crate::dialogue::quoted;

/// Most columns and rows of a result.
const COLUMNS: u64 = 1024;
const ROWS: usize = 256;
/// `ER_PARSE_ERROR`
const SYNTAX: u16 = 1064;

/// A result, as text.
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Client {
    pub(super) async fn judge_role(&mut self, role: MysqlRole) -> Result<(), Refusal> {
        let judgement = match role {
            MysqlRole::Writable => is_writable(&self.query("SELECT @@global.read_only").await?),
            MysqlRole::Replica => is_replicating(&self.replica_status().await?),
        };
        judgement.map_err(Refusal::Other)
    }

    /// By the word of MySQL 8.0.22 and MariaDB 10.5, or by the one before, which MySQL 8.4 does not know.
    async fn replica_status(&mut self) -> Result<Table, Refusal> {
        match self.query("SHOW REPLICA STATUS").await {
            Err(Refusal::Server(error)) if error.code == SYNTAX => self.query("SHOW SLAVE STATUS").await,
            result => result,
        }
    }

    async fn query(&mut self, text: &str) -> Result<Table, Refusal> {
        let command = packet::frame(0, &packet::query(text));
        self.dialogue.send(&command).await.map_err(Refusal::Other)?;
        let first = self.read().await.map_err(Refusal::Other)?;
        if let Some(Reply::Error(error)) = packet::reply(&first) {
            return Err(Refusal::Server(error));
        }
        let count =
            packet::count(&first).filter(|count| (1..=COLUMNS).contains(count)).ok_or_else(strange)?;
        let mut columns = Vec::new();
        for _ in 0..count {
            let body = self.read().await.map_err(Refusal::Other)?;
            columns.push(packet::column(&body).ok_or_else(strange)?);
        }
        let end = self.read().await.map_err(Refusal::Other)?;
        if !packet::is_end(&end) {
            return Err(strange());
        }
        Ok(Table { columns, rows: self.rows().await? })
    }

    async fn rows(&mut self) -> Result<Vec<Vec<String>>, Refusal> {
        let mut rows = Vec::new();
        while rows.len() <= ROWS {
            let body = self.read().await.map_err(Refusal::Other)?;
            if packet::is_end(&body) {
                return Ok(rows);
            }
            if let Some(Reply::Error(error)) = packet::reply(&body) {
                return Err(Refusal::Server(error));
            }
            rows.push(packet::row(&body).ok_or_else(strange)?);
        }
        Err(strange())
    }
}

/// `super_read_only` (MySQL) switches `read_only` on, too.
pub(super) fn is_writable(table: &Table) -> Result<(), String> {
    match table.rows.first().and_then(|row| row.first()).map(String::as_str) {
        Some("0" | "OFF") => Ok(()),
        Some(value) => Err(format!("read_only is {value}, wanted 0")),
        None => Err("read_only has no value".to_owned()),
    }
}

/// Both threads of every source run.
pub(super) fn is_replicating(table: &Table) -> Result<(), String> {
    if table.rows.is_empty() {
        return Err("it is no replica".to_owned());
    }
    table.rows.iter().try_for_each(|row| {
        thread(table, row, "IO")?;
        thread(table, row, "SQL")
    })
}

fn thread(table: &Table, row: &[String], thread: &str) -> Result<(), String> {
    let runs = ["Replica", "Slave"].map(|word| format!("{word}_{thread}_Running"));
    let runs = value(table, row, |column| runs.iter().any(|name| name == column));
    if runs == "Yes" {
        return Ok(());
    }
    let error = value(table, row, |column| column == format!("Last_{thread}_Error"));
    let error = if error.is_empty() { String::new() } else { format!(": {}", quoted(error.as_bytes())) };
    Err(format!("the replica's {thread} thread runs: {}, wanted Yes{error}", quoted(runs.as_bytes())))
}

fn value<'a>(table: &Table, row: &'a [String], is_it: impl Fn(&str) -> bool) -> &'a str {
    let nth = table.columns.iter().position(|column| is_it(column));
    nth.and_then(|nth| row.get(nth)).map_or("", String::as_str)
}

fn strange() -> Refusal {
    Refusal::Other("not the answer of a MySQL server".to_owned())
}
