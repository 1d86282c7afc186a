CREATE TABLE "cadre"."decisions" (
	"position" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cadre"."decisions_position_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"task_id" text NOT NULL,
	"at" bigint NOT NULL,
	"capability" text NOT NULL,
	"agent" text NOT NULL,
	"strategy" text NOT NULL,
	"workflow" text,
	"facts" json NOT NULL
);
--> statement-breakpoint
CREATE INDEX "decisions_task" ON "cadre"."decisions" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "decisions_at" ON "cadre"."decisions" USING btree ("at");