-- When the treasurers were last told that a channel asks for a person; 0: it does not (channel_alarm.h).
alter table channel_health add column alarmed_at integer not null default 0;
