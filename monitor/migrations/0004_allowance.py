from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('monitor', '0003_stop_outlook'),
    ]

    operations = [
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('account', models.CharField(max_length=300, primary_key=True, serialize=False)),
                ('used', models.JSONField(default=list)),
                ('promised', models.FloatField(default=0.0)),
                ('closed_until', models.FloatField(default=0.0)),
                ('pause', models.FloatField(default=0.0)),
            ],
        ),
    ]
