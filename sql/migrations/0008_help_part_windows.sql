-- Because re-embedding needs exactly the texts that were embedded, also years after the import.
alter table help_parts add column windows text[] not null default '{}';
