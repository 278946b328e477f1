//! What processes cost, from `/proc`.

use std::fs;

/// Microseconds in one of the ticks that Linux counts a process's time in; 100 a second on every architecture it has.
const TICK_US: f64 = 10_000.0;

/// Fields of `/proc/PID/stat`, counted from the one after the name: man 5 proc.
const PARENT: usize = 1;
const OWN: [usize; 2] = [11, 12];
const ENDED_CHILDREN: [usize; 2] = [13, 14];

/// User and system time of a process and of its children, in microseconds.
pub(super) fn cpu_us(pid: u32) -> f64 {
    let stat = stat(&pid.to_string()).unwrap();
    ticks(&stat, OWN) + ticks(&stat, ENDED_CHILDREN) + living_children_us(pid)
}

/// Of this process, whose sink it is, in microseconds.
pub(super) fn own_us() -> f64 {
    ticks(&stat("self").unwrap(), OWN)
}

/// Of the children of this process that have ended, in microseconds.
pub(super) fn ended_children_us() -> f64 {
    ticks(&stat("self").unwrap(), ENDED_CHILDREN)
}

/// The largest memory that a process ever had, in MiB.
pub(super) fn peak_mib(pid: u32) -> f64 {
    peak_of(pid).unwrap()
}

/// The same of a process that may have ended.
pub(super) fn peak_of(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib = line.split_ascii_whitespace().nth(1)?;
    Some(kib.parse::<f64>().ok()? / 1024.0)
}

fn living_children_us(pid: u32) -> f64 {
    let entries = fs::read_dir("/proc").unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    let pid = pid.to_string();
    let children = names
        .filter_map(|name| stat(name.to_str()?))
        .filter(|stat| stat[PARENT] == pid);
    children.map(|stat| ticks(&stat, OWN)).sum()
}

/// The fields after the name, which may hold anything; `None` when there is no such process any more.
fn stat(pid: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split(' ').map(str::to_owned).collect())
}

fn ticks(stat: &[String], fields: [usize; 2]) -> f64 {
    let of = |field: usize| stat[field].parse::<f64>().unwrap();
    (of(fields[0]) + of(fields[1])) * TICK_US
}
