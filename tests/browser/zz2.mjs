import { browse, reader, PHONE, DESKTOP } from "./harness.mjs";
const url = process.argv[2], p = process.argv[3], out=process.argv[4], viewport = process.argv[5]==="p"?{width:360,height:1500}:{width:1280,height:1500};
const b = await browse(); const r = await reader(b,{url},{viewport}); await r.page.goto(p);
const h = await r.page.evaluate(()=>document.documentElement.scrollHeight);
for (let y=0,i=0;y<h&&i<8;y+=1500,i++){ await r.page.evaluate(y=>scrollTo(0,y),y); await r.page.screenshot({path:`${out}-${i}.png`}); }
await b.close();
