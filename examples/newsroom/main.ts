import { startServer } from 'cadre/server';
import { NewsroomModule } from './newsroom.module.js';

await startServer(NewsroomModule);
